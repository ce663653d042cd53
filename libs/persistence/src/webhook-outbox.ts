import {
  isTerminal,
  runKindOf,
  type RunKind,
  type RunStatus,
  type RunStreamEvent,
  type WebhookEventType,
  type WebhookPayload,
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

const MAX_TEXT = 2_000;

/** Long texts are cut: a payload stays far below 20 kB, or receivers answer 413. Error details stay behind the API. */
function thin(value: unknown): unknown {
  if (typeof value === 'string') return value.length > MAX_TEXT ? `${value.slice(0, MAX_TEXT)}...` : value;
  if (value && typeof value === 'object' && 'code' in value && 'message' in value) {
    return { code: value.code, message: thin(value.message) };
  }
  return value;
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
  const endpoints: { id: string }[] = await manager.query(
    `select id from webhook_endpoints
      where (run_id = $1 or run_id is null) and disabled_at is null and (events is null or $2 = any(events))`,
    [runId, type],
  );
  if (endpoints.length === 0) return 0;
  const payload: WebhookPayload = {
    type,
    timestamp: at.toISOString(),
    data: Object.fromEntries(Object.entries(data).map(([key, value]) => [key, thin(value)])),
  };
  await manager.query(
    `insert into webhook_deliveries (id, endpoint_id, run_id, event_type, body, next_attempt_at)
     select id, endpoint_id, $3, $4, $5, now() from unnest($1::text[], $2::text[]) as d (id, endpoint_id)`,
    [endpoints.map(() => newId('msg')), endpoints.map(({ id }) => id), runId, type, JSON.stringify(payload)],
  );
  await manager.query('select pg_notify($1, $2)', [CHANNELS.deliveries, runId ?? '']);
  return endpoints.length;
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
