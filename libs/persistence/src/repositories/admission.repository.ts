import type { CheckpointManifest, EmbeddingConfig, EvaluationConfig, RunConfig, RunKind, Sizes, TaskConfig } from '#contracts';
import type { EntityManager } from 'typeorm';
import { transitionRun } from '../transition-run.js';

/** A run that waits for slots. */
export interface QueuedRun {
  readonly runId: string;
  readonly kind: RunKind;
  /** What decides of its numbers of ranks; images of a request must not be read for that. */
  readonly config: Sizes;
  /** Since when it could have been admitted: its creation, or the end of its backoff. */
  readonly waitingSince: Date;
}

/** Queued runs by the fewest ranks that they settle for: of each window the oldest `limit`. */
export interface QueueWindow {
  readonly fromRanks: number;
  /** null: no upper end. */
  readonly toRanks: number | null;
  readonly limit: number;
}

/** The most ranks that a run can ask for. */
const MAX_RANKS = 1024;

/** Runs that wait for slots and whose backoff is over, as far as they are in the windows; the oldest first. */
export async function findQueuedRuns(manager: EntityManager, now: Date, windows: readonly QueueWindow[]): Promise<QueuedRun[]> {
  return manager.query(
    `select r.id as "runId", r.kind, jsonb_build_object('ranks', r.config->'ranks', 'batch', r.config->'batch') as config,
            greatest(r.created_at, r.not_before) as "waitingSince"
       from unnest($2::int[], $3::int[], $4::int[]) as w (from_ranks, to_ranks, most)
      cross join lateral (
        select q.id from runs q
         where q.status = 'queued' and q.min_ranks between w.from_ranks and w.to_ranks and (q.not_before is null or q.not_before <= $1)
         order by q.created_at, q.id limit w.most) as found
       join runs r on r.id = found.id
      order by r.created_at, r.id`,
    [
      now,
      windows.map(({ fromRanks }) => fromRanks),
      windows.map(({ toRanks }) => toRanks ?? MAX_RANKS),
      windows.map(({ limit }) => limit),
    ],
  );
}

/**
 * Reserves all ranks of a queued run and mints its next generation, or does nothing when the run is not queued any more. Must run
 * in a transaction, on whose commit the generation exists as a whole.
 * @returns the generation, or null.
 */
export async function admitRun(
  manager: EntityManager,
  runId: string,
  { worldSize, claimUntil }: { worldSize: number; claimUntil: Date },
): Promise<number | null> {
  const [minted]: [{ generation: number; checkpointId: string | null }[], number] = await manager.query(
    `update runs set generation = generation + 1, world_size = $2, not_before = null where id = $1 and status = 'queued'
     returning generation, checkpoint_id as "checkpointId"`,
    [runId, worldSize],
  );
  const run = minted[0];
  if (run === undefined) return null;
  const { generation, checkpointId } = run;
  await manager.query(
    `insert into generations (run_id, generation, world_size, start_step, checkpoint_id, state)
     values ($1, $2, $3, coalesce((select step from checkpoints where id = $4), 0), $4, 'admitted')`,
    [runId, generation, worldSize, checkpointId],
  );
  const ranks = Array.from({ length: worldSize }, (_, rank) => rank);
  await manager.query('insert into ranks (run_id, generation, rank) select $1, $2, rank from unnest($3::int[]) as r (rank)', [
    runId,
    generation,
    ranks,
  ]);
  await manager.query(
    `insert into reservations (run_id, generation, rank, expires_at)
     select $1, $2, rank, $4 from unnest($3::int[]) as r (rank)`,
    [runId, generation, ranks, claimUntil],
  );
  const plural = worldSize === 1 ? '1 rank has its slot' : `${worldSize} ranks have their slots`;
  await transitionRun(manager, runId, 'starting', { reason: 'admitted', message: `Generation ${generation}: ${plural}.` });
  return generation;
}

/** What the rank jobs of a generation need. */
export type GenerationStart = {
  readonly worldSize: number;
  /** null: from scratch. */
  readonly resumeFrom: CheckpointManifest | null;
} & (
  | { readonly kind: 'training'; readonly config: RunConfig }
  | { readonly kind: 'evaluation'; readonly config: EvaluationConfig }
  | { readonly kind: 'embedding'; readonly config: EmbeddingConfig }
  | { readonly kind: 'task'; readonly config: TaskConfig }
);

/** null: there is no such generation. */
export async function getGenerationStart(
  manager: EntityManager,
  runId: string,
  generation: number,
): Promise<GenerationStart | null> {
  const rows: GenerationStart[] = await manager.query(
    `select r.kind, r.config, g.world_size as "worldSize", c.manifest as "resumeFrom"
       from generations g join runs r on r.id = g.run_id left join checkpoints c on c.id = g.checkpoint_id
      where g.run_id = $1 and g.generation = $2`,
    [runId, generation],
  );
  return rows[0] ?? null;
}

/** Reserved slots of all live generations: the worker that holds each, or null while it waits for one. */
export async function listReservedSlots(manager: EntityManager): Promise<(string | null)[]> {
  const rows: { workerId: string | null }[] = await manager.query('select worker_id as "workerId" from reservations');
  return rows.map(({ workerId }) => workerId);
}
