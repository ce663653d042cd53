import { compareScores, type Margins, type MetricChange, type Regression, type ScoreSummary } from '#contracts';
import type { EntityManager } from 'typeorm';
import { EvaluationRegressionEntity } from '../entities/evaluation-regression.entity.js';
import { appendRunEvent } from '../run-events.js';
import { findPreviousHolder } from './model-aliases.repository.js';

/** Results of a model that are looked through for one to compare with, newest first. */
const MAX_RESULTS = 100;
/** Aliases of a model that are looked after. */
const MAX_ALIASES = 32;
/** An event stays small; the view has all. */
const MAX_TOLD = 20;

/** An evaluation that is about to complete. */
interface Completing {
  readonly id: string;
  readonly modelId: string;
  readonly generation: number;
  readonly engine: string | null;
  /** Scores with other settings say nothing about each other. */
  readonly flip: string;
  readonly unaligned: string;
  readonly margin: Margins | null;
}

/** One target's scores, with what they depend on. */
export interface TargetResult {
  readonly target: string;
  readonly evaluationId: string;
  /** null: from before that was kept. */
  readonly digest: string | null;
  readonly engine: string | null;
  readonly scores: ScoreSummary;
}

/**
 * Compares the scores of a completing evaluation of a stored model, target by target: with those of the model that held each of its
 * aliases before it (on the same data), and with its own last ones where the data or the engine is another. What fell too far is
 * stored, and told by an event (and so by the webhook `evaluation.regressed`). Must run in the transaction that completes it, which
 * happens once.
 */
export async function recordRegressions(manager: EntityManager, id: string, at: Date): Promise<void> {
  const run = await findCompleting(manager, id);
  if (!run) return;
  const results = await findOwnResults(manager, run);
  const regressions = [...(await againstItself(manager, run, results)), ...(await againstAliases(manager, run, results))];
  if (regressions.length === 0) return;
  await manager.insert(
    EvaluationRegressionEntity,
    regressions.map((each) => ({ ...each, alias: each.alias ?? '', runId: id })),
  );
  await appendRunEvent(manager, id, {
    type: 'regressed',
    at,
    data: { modelId: run.modelId, count: regressions.length, regressions: regressions.slice(0, MAX_TOLD) },
  });
}

/** Regressions of several evaluations. */
export async function findRegressions(manager: EntityManager, ids: readonly string[]): Promise<Map<string, Regression[]>> {
  const found = new Map(ids.map((id): [string, Regression[]] => [id, []]));
  if (ids.length === 0) return found;
  const rows: (Regression & { runId: string })[] = await manager.query(
    `select run_id as "runId", target, metric, against, nullif(alias, '') as alias, changed, baseline_model_id as "baselineModelId",
            baseline_evaluation_id as "baselineEvaluationId", baseline, current, margin, margin_from as "marginFrom"
       from evaluation_regressions where run_id = any($1::text[]) order by target, metric, against, alias`,
    [ids],
  );
  for (const { runId, ...regression } of rows) found.get(runId)?.push(regression);
  return found;
}

/** The newest result of the same target on the same data; digests that are not known hold nothing up. Results come newest first. */
export function findSameData(own: TargetResult, earlier: readonly TargetResult[]): TargetResult | null {
  const isSame = ({ digest }: TargetResult): boolean => digest === null || own.digest === null || digest === own.digest;
  return earlier.find((each) => each.target === own.target && isSame(each)) ?? null;
}

/** What is not as it was. */
export function changesSince(own: TargetResult, earlier: TargetResult): ('data' | 'engine')[] {
  const isOtherData = own.digest !== null && earlier.digest !== null && own.digest !== earlier.digest;
  const isOtherEngine = own.engine !== null && earlier.engine !== null && own.engine !== earlier.engine;
  return [...(isOtherData ? ['data' as const] : []), ...(isOtherEngine ? ['engine' as const] : [])];
}

async function againstItself(manager: EntityManager, run: Completing, results: readonly TargetResult[]): Promise<Regression[]> {
  const earlier = await findEarlierResults(manager, run, run.modelId);
  return results.flatMap((own) => {
    const baseline = earlier.find(({ target }) => target === own.target);
    const changed = baseline ? changesSince(own, baseline) : [];
    if (!baseline || changed.length === 0) return [];
    return toRegressions(own, baseline, run, { against: 'itself', alias: null, changed, baselineModelId: run.modelId });
  });
}

async function againstAliases(manager: EntityManager, run: Completing, results: readonly TargetResult[]): Promise<Regression[]> {
  const aliases: { name: string; alias: string }[] = await manager.query(
    'select name, alias from model_aliases where model_id = $1 and until is null order by name, alias limit $2',
    [run.modelId, MAX_ALIASES],
  );
  const regressions: Regression[] = [];
  for (const { name, alias } of aliases) {
    const previous = await findPreviousHolder(manager, name, alias);
    if (!previous) continue;
    const earlier = await findEarlierResults(manager, run, previous.modelId);
    for (const own of results) {
      const baseline = findSameData(own, earlier);
      if (!baseline) continue;
      const facts = { against: 'alias', alias: `${name}@${alias}`, baselineModelId: previous.modelId } as const;
      regressions.push(...toRegressions(own, baseline, run, { ...facts, changed: ['model', ...changesSince(own, baseline)] }));
    }
  }
  return regressions;
}

type Circumstances = Pick<Regression, 'against' | 'alias' | 'changed' | 'baselineModelId'>;

function toRegressions(own: TargetResult, base: TargetResult, { margin }: Completing, facts: Circumstances): Regression[] {
  return compareScores(base.scores, own.scores, margin)
    .filter(({ isRegression }) => isRegression)
    .map(({ isRegression: _, ...change }: MetricChange) => ({
      target: own.target,
      ...facts,
      baselineEvaluationId: base.evaluationId,
      ...change,
    }));
}

async function findCompleting(manager: EntityManager, id: string): Promise<Completing | null> {
  const rows: Completing[] = await manager.query(
    `select r.id, r.model_id as "modelId", r.generation, r.opened_model->>'engine' as engine, r.config->>'flip' as flip,
            r.config->>'unaligned' as unaligned, s.margin
       from runs r
       left join schedule_evaluations e on e.run_id = r.id
       left join schedule_fires f on f.id = e.fire_id
       left join schedules s on s.id = f.schedule_id
      where r.id = $1 and r.kind = 'evaluation' and r.model_id is not null`,
    [id],
  );
  return rows[0] ?? null;
}

function findOwnResults(manager: EntityManager, { id, generation, engine }: Completing): Promise<TargetResult[]> {
  return manager.query(
    `select target, run_id as "evaluationId", digest, $3::text as engine, scores - 'roc' - 'histogram' as scores
       from evaluation_scores where run_id = $1 and generation = $2 order by target`,
    [id, generation, engine],
  );
}

/** A model's last results with the same settings, newest first; per target, data and engine the newest one. */
async function findEarlierResults(
  manager: EntityManager,
  { id, flip, unaligned }: Completing,
  modelId: string,
): Promise<TargetResult[]> {
  return manager.query(
    `with earlier as (
       select id, generation, finished_at, opened_model->>'engine' as engine from runs
        where model_id = $1 and kind = 'evaluation' and status = 'succeeded' and id <> $2
          and config->>'flip' = $3 and config->>'unaligned' = $4
        order by finished_at desc, id desc limit $5),
     newest as (
       select distinct on (s.target, s.digest, r.engine)
              s.target, r.id as "evaluationId", s.digest, r.engine, s.scores - 'roc' - 'histogram' as scores, r.finished_at
         from earlier r join evaluation_scores s on s.run_id = r.id and s.generation = r.generation
        order by s.target, s.digest, r.engine, r.finished_at desc, r.id desc)
     select target, "evaluationId", digest, engine, scores from newest order by finished_at desc, "evaluationId" desc`,
    [modelId, id, flip, unaligned, MAX_RESULTS],
  );
}
