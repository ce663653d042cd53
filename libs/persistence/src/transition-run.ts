import {
  ArcFleetError,
  canTransition,
  isTerminal,
  runKindOf,
  withoutInsides,
  type ErrorReport,
  type RunStatus,
  type TaskWork,
  type TransitionReason,
} from '#contracts';
import type { EntityManager } from 'typeorm';
import { recordRegressions } from './repositories/regressions.repository.js';
import { appendRunEvent } from './run-events.js';
import { applyTaskFailure } from './task-effects.js';

export interface TransitionDetails {
  /** Machine-readable cause. */
  reason: TransitionReason;
  message: string;
  /** Failure to store with the run; kept as it is when left out. */
  error?: ErrorReport | null;
  at?: Date;
}

export interface TransitionResult {
  /** False: the state machine does not allow it, nothing was written. */
  applied: boolean;
  from: RunStatus;
  generation: number;
}

/**
 * The only way in which a run's status changes. Locks the run's row, so two deciders cannot both leave the same state; terminal
 * states are final, and with them the images of a request for embeddings are gone. Writes the status with its times, appends the `transition` event and queues webhooks, all in the
 * caller's transaction.
 * @throws ArcFleetError `not_found`.
 */
export async function transitionRun(
  manager: EntityManager,
  runId: string,
  to: RunStatus,
  details: TransitionDetails,
): Promise<TransitionResult> {
  const rows: { status: RunStatus; generation: number; work: TaskWork | null }[] = await manager.query(
    `select status, generation, case when kind = 'task' then config->'work' end as work from runs where id = $1 for update`,
    [runId],
  );
  const run = rows[0];
  if (!run) throw new ArcFleetError('not_found', `There is no run ${runId}.`, { runId });
  const { status: from, generation, work } = run;
  if (!canTransition(from, to)) return { applied: false, from, generation };

  const at = details.at ?? new Date();
  // The one place through which errors of runs come to where they are shown; `ranks` keeps them whole.
  const error = details.error && withoutInsides(details.error);
  await manager.query(
    `update runs set status = $2, reason = $3, message = $4,
       error = case when $5 then $6::jsonb else error end,
       admitted_at = case when $2 = 'starting' then coalesce(admitted_at, $7) else admitted_at end,
       started_at = case when $2 = 'running' then coalesce(started_at, $7) else started_at end,
       finished_at = case when $8 then $7 else finished_at end,
       config = case when $8 and kind = 'embedding' then jsonb_set(config, '{images}', '[]') else config end
     where id = $1`,
    [
      runId,
      to,
      details.reason,
      details.message,
      details.error !== undefined,
      error ? JSON.stringify(error) : null,
      at,
      isTerminal(to),
    ],
  );
  // Before the transition: that is the last event of its stream.
  if (to === 'succeeded' && runKindOf(runId) === 'evaluation') await recordRegressions(manager, runId, at);
  const data: Record<string, unknown> = { status: to, reason: details.reason, message: details.message, generation };
  if (error) data['error'] = error;
  await appendRunEvent(manager, runId, { type: 'transition', at, data });
  if (work && (to === 'failed' || to === 'canceled')) {
    await applyTaskFailure(manager, { runId, work, at }, to, error ?? null);
  }
  return { applied: true, from, generation };
}
