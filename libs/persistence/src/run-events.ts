import { ArcFleetError, type RunStreamEvent } from '#contracts';
import type { EntityManager } from 'typeorm';
import { CHANNELS } from './channels.js';
import { jsonb } from './storable.js';
import { enqueueRunWebhook } from './webhook-outbox.js';

export interface NewRunEvent {
  type: RunStreamEvent['type'];
  data: Record<string, unknown>;
  /** When it happened; default: now. */
  at?: Date;
}

/**
 * Appends an event to a run: takes the next `seq` from `runs.event_seq` (locks the run's row until the transaction ends, so
 * readers never see a gap that fills later), queues its webhooks, wakes the streams. Must run in the transaction of the effect.
 * @throws ArcFleetError `not_found`.
 */
export async function appendRunEvent(manager: EntityManager, runId: string, event: NewRunEvent): Promise<RunStreamEvent> {
  const [rows]: [{ event_seq: number }[], number] = await manager.query(
    'update runs set event_seq = event_seq + 1 where id = $1 returning event_seq',
    [runId],
  );
  const seq = rows[0]?.event_seq;
  if (seq === undefined) throw new ArcFleetError('not_found', `There is no run ${runId}.`, { runId });
  const at = event.at ?? new Date();
  await manager.query('insert into run_events (run_id, seq, type, data, at) values ($1, $2, $3, $4, $5)', [
    runId,
    seq,
    event.type,
    jsonb(event.data),
    at,
  ]);
  const appended: RunStreamEvent = { seq, type: event.type, at: at.toISOString(), data: event.data };
  await enqueueRunWebhook(manager, runId, appended);
  await manager.query('select pg_notify($1, $2)', [CHANNELS.events, runId]);
  return appended;
}

/** Events with `seq > afterSeq`, in order. */
export async function findRunEvents(
  manager: EntityManager,
  runId: string,
  afterSeq: number,
  limit = 500,
): Promise<RunStreamEvent[]> {
  const rows: { seq: number; type: RunStreamEvent['type']; data: Record<string, unknown>; at: Date }[] = await manager.query(
    'select seq, type, data, at from run_events where run_id = $1 and seq > $2 order by seq limit $3',
    [runId, afterSeq, limit],
  );
  return rows.map((row) => ({ ...row, at: row.at.toISOString() }));
}
