import {
  filtersOf,
  isTerminal,
  runKindOf,
  toWebhookBody,
  type RunKind,
  type RunStatus,
  type RunStreamEvent,
  type WebhookEventType,
} from '#contracts';
import type { EntityManager } from 'typeorm';
import { CHANNELS } from './channels.js';
import { newId } from './ids.js';

/** `starting` has no webhook; a run that waits again was restarted, since the first `queued` is not a transition. */
const OF_STATUS = {
  training: {
    queued: 'run.restarting',
    running: 'run.started',
    succeeded: 'run.succeeded',
    failed: 'run.failed',
    canceling: 'run.canceling',
    canceled: 'run.canceled',
  },
  evaluation: {
    queued: 'evaluation.restarting',
    running: 'evaluation.started',
    succeeded: 'evaluation.completed',
    failed: 'evaluation.failed',
    canceling: 'evaluation.canceling',
    canceled: 'evaluation.canceled',
  },
  // Its answer is the answer to the request.
  embedding: {},
  // Data sets and models have events of their own.
  task: {},
} as const satisfies Record<RunKind, Partial<Record<RunStatus, WebhookEventType>>>;
const FIRST = { training: 'run.queued', evaluation: 'evaluation.queued', embedding: null, task: null } as const;

/** Webhook event that follows from a run event; null: none. The very first transition is `queued`. */
export function webhookTypeOf(
  event: Pick<RunStreamEvent, 'seq' | 'type' | 'data'>,
  kind: RunKind = 'training',
): WebhookEventType | null {
  switch (event.type) {
    case 'transition': {
      const status = event.data['status'] as RunStatus;
      if (event.seq === 1 && status === 'queued') return FIRST[kind];
      const types: Partial<Record<RunStatus, WebhookEventType>> = OF_STATUS[kind];
      return types[status] ?? null;
    }
    case 'scored':
      return 'evaluation.scored';
    case 'regressed':
      return 'evaluation.regressed';
    case 'verification':
      return 'run.verified';
    case 'checkpoint':
      return 'run.checkpointed';
    default:
      return null;
  }
}

/** What an endpoint may be told. */
export interface WebhookNews {
  readonly type: WebhookEventType;
  readonly at: Date;
  readonly data: Readonly<Record<string, unknown>>;
  /** Run whose own endpoints hear of it, too; null: only those that are registered for all. */
  readonly runId: string | null;
}

/**
 * Queues one delivery per endpoint that wants the event: the outbox. Must run in the transaction of what happened.
 * @returns number of deliveries.
 */
export async function enqueueWebhook(manager: EntityManager, { type, at, data, runId }: WebhookNews): Promise<number> {
  // The lock lets no endpoint be deleted before its delivery is written; it does not wait for other events.
  const endpoints: { id: string }[] = await manager.query(
    `select id from webhook_endpoints
      where (run_id = $1 or run_id is null) and disabled_at is null and (events is null or events && $2::text[])
        and (labels is null or (select config->'labels' from runs where id = $1) @> labels)
      for key share`,
    [runId, filtersOf(type)],
  );
  if (endpoints.length === 0) return 0;
  const body = toWebhookBody({ type, timestamp: at.toISOString(), data });
  await insertDeliveries(manager, endpoints, { type, runId, body });
  return endpoints.length;
}

/** Queues one message to one endpoint, whatever its filters say. @returns id of the delivery. */
export async function enqueueWebhookTo(
  manager: EntityManager,
  endpointId: string,
  { type, at, data, runId }: WebhookNews,
): Promise<string> {
  const body = toWebhookBody({ type, timestamp: at.toISOString(), data });
  const [id] = await insertDeliveries(manager, [{ id: endpointId }], { type, runId, body });
  return id!;
}

async function insertDeliveries(
  manager: EntityManager,
  endpoints: readonly { readonly id: string }[],
  { type, runId, body }: { type: WebhookEventType; runId: string | null; body: string },
): Promise<string[]> {
  const ids = endpoints.map(() => newId('msg'));
  // Not the begin of the transaction: what was created in it would be younger than the event that tells of it.
  await manager.query(
    `insert into webhook_deliveries (id, endpoint_id, run_id, event_type, body, next_attempt_at, created_at)
     select id, endpoint_id, $3, $4, $5, now(), clock_timestamp() from unnest($1::text[], $2::text[]) as d (id, endpoint_id)`,
    [ids, endpoints.map(({ id }) => id), runId, type, body],
  );
  await manager.query('select pg_notify($1, $2)', [CHANNELS.deliveries, runId ?? '']);
  return ids;
}

/** Queues the webhook that follows from an event of a run, if one does. @returns number of deliveries. */
export async function enqueueRunWebhook(manager: EntityManager, runId: string, event: RunStreamEvent): Promise<number> {
  const kind = runKindOf(runId);
  const type = webhookTypeOf(event, kind);
  if (type === null) return 0;
  const idField = kind === 'evaluation' ? 'evaluationId' : 'runId';
  return enqueueWebhook(manager, {
    type,
    at: new Date(event.at),
    runId,
    data: { [idField]: runId, seq: event.seq, ...event.data },
  });
}

/** True for the last event of a run: its stream ends here. */
export function isFinalEvent(event: Pick<RunStreamEvent, 'type' | 'data'>): boolean {
  return event.type === 'transition' && isTerminal(event.data['status'] as RunStatus);
}
