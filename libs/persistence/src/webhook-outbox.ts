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
} as const satisfies Record<RunKind, Partial<Record<RunStatus, WebhookEventType>>>;
const FIRST = { training: 'run.queued', evaluation: 'evaluation.queued', embedding: null } as const;

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

/**
 * Queues one delivery per endpoint that wants the event: the outbox, in the transaction of what happened.
 * @returns number of deliveries.
 */
export async function enqueueWebhooks(manager: EntityManager, runId: string, event: RunStreamEvent): Promise<number> {
  const kind = runKindOf(runId);
  const type = webhookTypeOf(event, kind);
  if (type === null) return 0;
  const endpoints: { id: string }[] = await manager.query(
    `select id from webhook_endpoints
      where (run_id = $1 or run_id is null) and disabled_at is null and (events is null or $2 = any(events))`,
    [runId, type],
  );
  if (endpoints.length === 0) return 0;
  const data = Object.fromEntries(Object.entries(event.data).map(([key, value]) => [key, thin(value)]));
  const payload: WebhookPayload = {
    type,
    timestamp: event.at,
    data: { [kind === 'evaluation' ? 'evaluationId' : 'runId']: runId, seq: event.seq, ...data },
  };
  const body = JSON.stringify(payload);
  for (const endpoint of endpoints) {
    await manager.query(
      `insert into webhook_deliveries (id, endpoint_id, run_id, event_type, body, next_attempt_at)
       values ($1, $2, $3, $4, $5, now())`,
      [newId('msg'), endpoint.id, runId, type, body],
    );
  }
  await manager.query('select pg_notify($1, $2)', [CHANNELS.deliveries, runId]);
  return endpoints.length;
}

/** True for the last event of a run: its stream ends here. */
export function isFinalEvent(event: Pick<RunStreamEvent, 'type' | 'data'>): boolean {
  return event.type === 'transition' && isTerminal(event.data['status'] as RunStatus);
}
