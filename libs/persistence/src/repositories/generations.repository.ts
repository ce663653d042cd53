import type { ErrorReport, RunConfig, RunKind, RunStatus, TransitionReason } from '#contracts';
import type { EntityManager } from 'typeorm';
import type { GenerationState } from '../entities/generation.entity.js';
import type { RankOutcome } from '../entities/rank.entity.js';
import { jsonb, storableText } from '../storable.js';
import { transitionRun } from '../transition-run.js';

/** A rank of a live generation, as far as decisions need it. */
export interface LiveRank {
  readonly rank: number;
  readonly workerId: string | null;
  readonly outcome: RankOutcome | null;
  /** Why it succeeded before the run's last step. */
  readonly message: string | null;
  readonly error: ErrorReport | null;
  readonly finishedAt: Date | null;
  /** End of its reservation; null once that was given back. */
  readonly reservedUntil: Date | null;
}

/** A generation that is not over, with its run. */
export interface LiveGeneration {
  readonly runId: string;
  readonly kind: RunKind;
  readonly generation: number;
  readonly state: GenerationState;
  readonly createdAt: Date;
  readonly endingAt: Date | null;
  readonly status: RunStatus;
  readonly cancelRequestedAt: Date | null;
  readonly restartsSinceCheckpoint: number;
  readonly step: number;
  /** What the run is for is committed: this generation's record of the last model, the scores of all targets, the embeddings. */
  readonly hasResult: boolean;
  readonly faults: RunConfig['faults'];
  readonly ranks: readonly LiveRank[];
}

/** Generations that are not over. */
export async function findLiveGenerations(manager: EntityManager): Promise<LiveGeneration[]> {
  const generations: Omit<LiveGeneration, 'ranks'>[] = await manager.query(
    `select g.run_id as "runId", r.kind, g.generation, g.state, g.created_at as "createdAt", g.ending_at as "endingAt", r.status,
            r.cancel_requested_at as "cancelRequestedAt", r.restarts_since_checkpoint as "restartsSinceCheckpoint", r.step,
            r.config->'faults' as faults,
            case r.kind
              when 'training' then exists (select 1 from models m
                where m.run_id = g.run_id and m.generation = g.generation and m.is_last and m.deleted_at is null)
              when 'evaluation' then (select count(*) from evaluation_scores s
                where s.run_id = g.run_id and s.generation = g.generation) = r.total_steps
              else r.result is not null
            end as "hasResult"
       from generations g join runs r on r.id = g.run_id where g.state <> 'ended' order by g.created_at, g.run_id`,
  );
  if (generations.length === 0) return [];
  const ranks: (LiveRank & { runId: string; generation: number })[] = await manager.query(
    `select k.run_id as "runId", k.generation, k.rank, k.worker_id as "workerId", k.outcome, k.message, k.error,
            k.finished_at as "finishedAt", v.expires_at as "reservedUntil"
       from ranks k join generations g on g.run_id = k.run_id and g.generation = k.generation
       left join reservations v on v.run_id = k.run_id and v.generation = k.generation and v.rank = k.rank
      where g.state <> 'ended' order by k.rank`,
  );
  const keyOf = (each: { runId: string; generation: number }): string => `${each.runId}/${each.generation}`;
  const byGeneration = new Map(generations.map((generation) => [keyOf(generation), [] as LiveRank[]]));
  for (const rank of ranks) byGeneration.get(keyOf(rank))?.push(rank);
  return generations.map((generation) => ({ ...generation, ranks: byGeneration.get(keyOf(generation)) ?? [] }));
}

/** Marks a generation as ending; one that is already ending or over stays as it is. */
export async function beginEnding(
  manager: EntityManager,
  { runId, generation, reason, at }: { runId: string; generation: number; reason: string; at: Date },
): Promise<void> {
  await manager.query(
    `update generations set state = 'ending', reason = $3, ending_at = $4
      where run_id = $1 and generation = $2 and state in ('admitted', 'running')`,
    [runId, generation, reason, at],
  );
}

/** Extends the reservations of ranks whose workers live. */
export async function renewReservations(manager: EntityManager, workerIds: readonly string[], until: Date): Promise<void> {
  if (workerIds.length === 0) return;
  await manager.query('update reservations set expires_at = $2 where worker_id = any($1)', [workerIds, until]);
}

/** What becomes of a run when its generation is over. */
export type RunVerdict =
  | { readonly status: 'succeeded' | 'canceled'; readonly reason: TransitionReason; readonly message: string }
  | { readonly status: 'failed'; readonly reason: TransitionReason; readonly message: string; readonly error: ErrorReport }
  /** The next generation starts when slots are free, not before `notBefore`. */
  | {
      readonly status: 'queued';
      readonly reason: TransitionReason;
      readonly message: string;
      readonly notBefore: Date | null;
      readonly isRestart: boolean;
    };

/**
 * Ends a generation: gives its slots back and moves its run on. A generation that is over already stays as it is. Must run in a
 * transaction.
 * @returns whether it ended now.
 */
export async function endGeneration(
  manager: EntityManager,
  runId: string,
  generation: number,
  verdict: RunVerdict,
): Promise<boolean> {
  await manager.query('select 1 from runs where id = $1 for update', [runId]);
  const [ended]: [unknown[], number] = await manager.query(
    `update generations set state = 'ended', ended_at = now(), reason = $3
      where run_id = $1 and generation = $2 and state <> 'ended' returning 1`,
    [runId, generation, verdict.reason],
  );
  if (ended.length === 0) return false;
  await manager.query('delete from reservations where run_id = $1 and generation = $2', [runId, generation]);
  if (verdict.status === 'queued') {
    await manager.query(
      `update runs set not_before = $2, restarts = restarts + $3, restarts_since_checkpoint = restarts_since_checkpoint + $3
        where id = $1`,
      [runId, verdict.notBefore, verdict.isRestart ? 1 : 0],
    );
  }
  const message = storableText(verdict.message);
  const error = verdict.status === 'failed' ? (JSON.parse(jsonb(verdict.error)) as ErrorReport) : undefined;
  await transitionRun(manager, runId, verdict.status, {
    reason: verdict.reason,
    message,
    ...(error === undefined ? {} : { error }),
  });
  return true;
}

/** Runs that were canceled while no generation of theirs was live: nothing has to stop first. */
export async function cancelWaitingRuns(manager: EntityManager): Promise<string[]> {
  const rows: { id: string }[] = await manager.query(
    `select id from runs where status = 'canceling'
        and not exists (select 1 from generations g where g.run_id = runs.id and g.state <> 'ended')`,
  );
  for (const { id } of rows) {
    await transitionRun(manager, id, 'canceled', {
      reason: 'canceled_by_user',
      message: 'Canceled while it was waiting for slots.',
    });
  }
  return rows.map(({ id }) => id);
}
