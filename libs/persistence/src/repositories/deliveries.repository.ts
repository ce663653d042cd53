import type { DeliveryState, DisabledReason, WebhookEventType } from '#contracts';
import type { EntityManager } from 'typeorm';
import { newId } from '../ids.js';
import { storableText } from '../storable.js';

/** Key of the advisory lock under which deliveries are claimed: any constant of ours. */
const CLAIM_LOCK = 0x41_46_00_13;

/** Host and port of an endpoint `e`, without user name and password. */
const HOST = `lower(substring(e.url from '(?i)^https?://(?:[^/?#]*@)?([^/?#]*)'))`;

/** All that one attempt needs. */
export interface ClaimedDelivery {
  readonly id: string;
  /** Token of this attempt. */
  readonly lease: string;
  readonly series: number;
  /** Attempts made in this series so far. */
  readonly seriesAttempts: number;
  readonly endpointId: string;
  readonly runId: string | null;
  readonly eventType: WebhookEventType;
  readonly body: string;
  readonly url: string;
  /** The newest first; two while a rotation overlaps. */
  readonly secrets: readonly string[];
}

export interface ClaimOptions {
  /** Most deliveries that are claimed. */
  readonly limit: number;
  /** Most attempts under way to one endpoint, of all processes; one that does nothing but fail gets a single one. */
  readonly perEndpoint: number;
  /** Most attempts under way to one host, of all processes: hundreds of runs may each bring an endpoint of the same dead receiver. */
  readonly perHost: number;
  /** So long nobody else takes what was claimed. */
  readonly leaseMs: number;
}

/** So many deliveries for each that may be claimed are looked at first, the longest due. */
const WINDOW = 4;

/**
 * Takes deliveries that are due, fairly: the longest waiting one of every endpoint, then the second one of each, and so on. Usually all
 * that is due, or enough of it, is among the first by time; where those belong to endpoints that have no room, it goes from endpoint to
 * endpoint by the index, however many wait behind a dead receiver. One process at a time claims, so two together never exceed
 * `perEndpoint` or `perHost`. The database's clock counts. Must run in a transaction of its own.
 */
export async function claimDeliveries(manager: EntityManager, options: ClaimOptions): Promise<ClaimedDelivery[]> {
  await manager.query('select pg_advisory_xact_lock($1)', [CLAIM_LOCK]);
  const window = options.limit * WINDOW;
  const first: { endpointId: string }[] = await manager.query(
    `select endpoint_id as "endpointId" from webhook_deliveries
      where state = 'pending' and next_attempt_at <= now() and (leased_until is null or leased_until <= now())
      order by next_attempt_at limit $1`,
    [window],
  );
  if (first.length === 0) return [];
  const endpoints = [...new Set(first.map(({ endpointId }) => endpointId))];
  let due = await pickDue(manager, options, endpoints);
  if (first.length === window && due.length < options.limit) due = await pickDue(manager, options, null);
  return lease(manager, due, options.leaseMs);
}

const EVERY_ENDPOINT = `recursive waiting (endpoint_id) as (
   (select endpoint_id from webhook_deliveries where state = 'pending' order by endpoint_id limit 1)
   union all
   (select (select d.endpoint_id from webhook_deliveries d where d.state = 'pending' and d.endpoint_id > waiting.endpoint_id
             order by d.endpoint_id limit 1)
      from waiting where waiting.endpoint_id is not null))`;
const THESE_ENDPOINTS = 'waiting (endpoint_id) as (select unnest($4::text[]))';

/** One by its key: no plan reads the whole table, whatever Postgres thinks of the numbers. */
const endpointOf = (of: string): string => `(select * from webhook_endpoints where id = ${of}.endpoint_id limit 1) e`;

/** Ids of what is due at these endpoints, or at every one, as far as each of them and its host have room. */
async function pickDue(
  manager: EntityManager,
  { limit, perEndpoint, perHost }: ClaimOptions,
  endpoints: readonly string[] | null,
): Promise<string[]> {
  const due: { id: string }[] = await manager.query(
    `with ${endpoints === null ? EVERY_ENDPOINT : THESE_ENDPOINTS}, leased as (
       select endpoint_id, count(*)::int as attempts from webhook_deliveries where leased_until > now() group by endpoint_id
     ), busy as (
       select ${HOST} as host, sum(leased.attempts)::int as attempts from leased cross join lateral ${endpointOf('leased')} group by 1
     ), lanes as (
       select e.id, ${HOST} as host,
              case when e.failing_since is null then $2::int else 1 end - coalesce(leased.attempts, 0) as free
         from waiting cross join lateral ${endpointOf('waiting')} left join leased on leased.endpoint_id = e.id
        where e.disabled_at is null and (e.throttled_until is null or e.throttled_until <= now())
     ), due as (
       select d.id, d.place, d.next_attempt_at,
              coalesce(busy.attempts, 0) + row_number() over (partition by lanes.host order by d.place, d.next_attempt_at) as host_place
         from lanes left join busy on busy.host = lanes.host cross join lateral (
           select id, next_attempt_at, row_number() over (order by next_attempt_at, id) as place from (
             select id, next_attempt_at from webhook_deliveries
              where endpoint_id = lanes.id and state = 'pending' and next_attempt_at <= now()
                and (leased_until is null or leased_until <= now())
              order by next_attempt_at, id limit greatest(lanes.free, 0)) first) d
     )
     select id from due where host_place <= $3 order by place, next_attempt_at limit $1`,
    [limit, perEndpoint, perHost, ...(endpoints === null ? [] : [endpoints])],
  );
  return due.map(({ id }) => id);
}

async function lease(manager: EntityManager, due: readonly string[], leaseMs: number): Promise<ClaimedDelivery[]> {
  if (due.length === 0) return [];
  const [claimed]: [(Omit<ClaimedDelivery, 'secrets'> & { secret: string; previous: string | null })[], number] =
    await manager.query(
      `update webhook_deliveries d set lease = t.lease, leased_until = now() + $3::int * interval '1 millisecond'
         from unnest($1::text[], $2::text[]) as t (id, lease), webhook_endpoints e
        where d.id = t.id and e.id = d.endpoint_id and d.id in (
          select id from webhook_deliveries where id = any($1) and state = 'pending' for update skip locked)
       returning d.id, d.lease, d.series, d.series_attempts as "seriesAttempts", d.endpoint_id as "endpointId", d.run_id as "runId",
         d.event_type as "eventType", d.body, e.url, e.secret,
         case when e.previous_secret_until > now() then e.previous_secret end as previous`,
      [due, due.map(() => newId('msg')), leaseMs],
    );
  return claimed.map(({ secret, previous, ...row }) => ({
    ...row,
    secrets: previous === null ? [secret] : [secret, previous],
  }));
}

/** What one attempt was like. */
export interface AttemptFacts {
  readonly durationMs: number;
  readonly status: number | null;
  readonly error: string | null;
  readonly answer: string | null;
}

/** What it must be decided with: how things stand when the attempt has ended. */
export interface AttemptContext {
  /** Attempts of this series, this one included. */
  readonly seriesAttempts: number;
  /** For how long the endpoint does nothing but fail, in milliseconds; 0: this is the first failure. */
  readonly failingMs: number;
  /** Answers in a row that asked for fewer calls, without this one. */
  readonly throttles: number;
}

/** What follows from an attempt. */
export interface AttemptVerdict {
  readonly state: DeliveryState;
  /** Until the next attempt; null unless `pending`. */
  readonly delayMs: number | null;
  /** The whole endpoint is left alone for so long; null: it is not. */
  readonly throttleMs: number | null;
  /** The endpoint gets nothing any more. */
  readonly disable: DisabledReason | null;
}

/**
 * Writes an attempt into the log and what follows from it. A delivery that was asked for again meanwhile goes on with its new series;
 * one that was given up meanwhile is taken up by success only; one that was deleted leaves nothing. Must run in a transaction.
 * @returns state of the delivery; null: it was deleted.
 */
export async function recordAttempt(
  manager: EntityManager,
  claimed: ClaimedDelivery,
  facts: AttemptFacts,
  decide: (context: AttemptContext) => AttemptVerdict,
): Promise<DeliveryState | null> {
  // Endpoint before delivery, as everybody who changes both.
  const endpoints: { failingMs: number; throttles: number; isFailing: boolean }[] = await manager.query(
    `select coalesce(extract(epoch from now() - failing_since) * 1000, 0)::float8 as "failingMs", throttles,
            failing_since is not null as "isFailing" from webhook_endpoints where id = $1 for no key update`,
    [claimed.endpointId],
  );
  const deliveries: { state: DeliveryState; lease: string | null; series: number; attempts: number }[] = await manager.query(
    'select state, lease, series, attempts from webhook_deliveries where id = $1 for update',
    [claimed.id],
  );
  const [endpoint] = endpoints;
  const [delivery] = deliveries;
  if (!endpoint || !delivery) return null;
  const verdict = decide({ ...endpoint, seriesAttempts: claimed.seriesAttempts + 1 });
  const isOurs = delivery.lease === claimed.lease;
  const isThisSeries = delivery.series === claimed.series;
  const isSettled = isThisSeries && (verdict.state === 'delivered' || (isOurs && delivery.state === 'pending'));
  const state = isSettled ? verdict.state : delivery.state;
  const error = facts.error === null ? null : storableText(facts.error).slice(0, 2_000);
  const number = delivery.attempts + 1;
  await manager.query(
    `update webhook_deliveries set attempts = $2, series_attempts = series_attempts + case when $3 then 1 else 0 end, state = $4::text,
       next_attempt_at = case when $4::text <> 'pending' then null when $5 then now() + $6::float8 * interval '1 millisecond'
                              else next_attempt_at end,
       lease = case when $7 then null else lease end, leased_until = case when $7 then null else leased_until end,
       last_attempt_at = now(), last_status = $8, last_error = $9,
       delivered_at = case when $10 then now() else delivered_at end
     where id = $1`,
    [
      claimed.id,
      number,
      isThisSeries,
      state,
      isSettled,
      verdict.delayMs,
      isOurs,
      facts.status,
      error,
      verdict.state === 'delivered',
    ],
  );
  await manager.query(
    `insert into webhook_attempts (delivery_id, number, at, duration_ms, status, error, answer) values ($1, $2, now(), $3, $4, $5, $6)`,
    [claimed.id, number, Math.round(facts.durationMs), facts.status, error, facts.answer && storableText(facts.answer)],
  );
  await recordEndpoint(manager, claimed.endpointId, endpoint, verdict);
  return state;
}

async function recordEndpoint(
  manager: EntityManager,
  id: string,
  { isFailing, throttles }: { isFailing: boolean; throttles: number },
  { state, throttleMs, disable }: AttemptVerdict,
): Promise<void> {
  if (state === 'delivered') {
    if (!isFailing && throttles === 0) return;
    await manager.query(
      'update webhook_endpoints set failing_since = null, throttles = 0, throttled_until = null where id = $1',
      [id],
    );
    return;
  }
  await manager.query(
    `update webhook_endpoints set failing_since = coalesce(failing_since, now()),
       throttles = case when $2::float8 is null then throttles else throttles + 1 end,
       throttled_until = case when $2::float8 is null then throttled_until
                              else greatest(throttled_until, now() + $2::float8 * interval '1 millisecond') end
     where id = $1`,
    [id, throttleMs],
  );
  if (disable !== null) await disableEndpoint(manager, id, disable);
}

/** Nothing more is sent to the endpoint; what waits is given up. Does nothing when it is disabled already. Must run in a transaction. */
export async function disableEndpoint(manager: EntityManager, id: string, reason: DisabledReason): Promise<void> {
  await manager.query(
    `update webhook_endpoints set disabled_at = now(), disabled_reason = $2, updated_at = now(), revision = revision + 1
      where id = $1 and disabled_at is null`,
    [id, reason],
  );
  await giveUp(manager, id);
}

/** Endpoints that are disabled and yet have something waiting: it was queued while they were being disabled. */
export async function findLeftBehind(manager: EntityManager, limit: number): Promise<string[]> {
  const rows: { id: string }[] = await manager.query(
    `select id from webhook_endpoints e where disabled_at is not null
        and exists (select from webhook_deliveries d where d.endpoint_id = e.id and d.state = 'pending') limit $1`,
    [limit],
  );
  return rows.map(({ id }) => id);
}

/** Gives up what waits for an endpoint, if it is disabled. Must run in a transaction. */
export async function giveUpIfDisabled(manager: EntityManager, id: string): Promise<void> {
  const rows: unknown[] = await manager.query(
    'select from webhook_endpoints where id = $1 and disabled_at is not null for no key update',
    [id],
  );
  if (rows.length > 0) await giveUp(manager, id);
}

async function giveUp(manager: EntityManager, endpointId: string): Promise<void> {
  await manager.query(
    `update webhook_deliveries set state = 'failed', next_attempt_at = null, last_error = 'the endpoint is disabled'
      where endpoint_id = $1 and state = 'pending'`,
    [endpointId],
  );
}

/**
 * Deletes deliveries that have ended, with their attempts, when they are older than that; at most `limit`.
 * @returns number of deliveries.
 */
export async function forgetDeliveries(manager: EntityManager, keptDays: number, limit: number): Promise<number> {
  const [, deleted]: [unknown[], number] = await manager.query(
    `delete from webhook_deliveries where id in (
       select id from webhook_deliveries where state <> 'pending' and created_at < now() - $1::int * interval '1 day'
        order by created_at limit $2 for update skip locked)`,
    [keptDays, limit],
  );
  return deleted;
}

/** Secrets that sign nothing any more are erased. @returns number of endpoints. */
export async function forgetSecrets(manager: EntityManager): Promise<number> {
  const [, erased]: [unknown[], number] = await manager.query(
    `update webhook_endpoints set previous_secret = null, previous_secret_until = null
      where previous_secret is not null and previous_secret_until <= now()`,
  );
  return erased;
}
