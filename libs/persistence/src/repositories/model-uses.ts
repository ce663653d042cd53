import { RUN_KIND_FACTS, runKindOf } from '#contracts';
import type { EntityManager } from 'typeorm';
import type { StoredModel } from './models.repository.js';

export interface ModelUse {
  readonly kind: 'alias' | 'run' | 'schedule';
  /** Of the run; name of the alias. */
  readonly id: string;
  /** For people. */
  readonly what: string;
}

/** Runs named in a refusal. */
const MAX_NAMED = 5;

/** What would be left without its model if it were deleted now. */
export async function findModelUses(manager: EntityManager, model: StoredModel): Promise<ModelUse[]> {
  const uses: ModelUse[] = model.aliases.map((alias) => ({
    kind: 'alias',
    id: `${model.name}@${alias}`,
    what: `the alias ${model.name}@${alias} points at it; remove or move the alias first`,
  }));
  const runs: { id: string }[] = await manager.query(
    `select id from runs
      where status not in ('succeeded', 'failed', 'canceled')
        and (model_id = $1 or id = $2 or config->'pretrained'->>'modelId' = $1) limit $3`,
    [model.id, model.runId, MAX_NAMED],
  );
  for (const { id } of runs) {
    const { noun } = RUN_KIND_FACTS[runKindOf(id)];
    uses.push({ kind: 'run', id, what: `the ${noun} ${id} has not ended` });
  }
  const schedules: { id: string; name: string }[] = await manager.query(
    `select id, name from schedules where evaluation->'models'->'ids' ? $1 order by id limit $2`,
    [model.id, MAX_NAMED],
  );
  for (const { id, name } of schedules) uses.push({ kind: 'schedule', id, what: `the schedule ${name} (${id}) names it` });
  return uses;
}
