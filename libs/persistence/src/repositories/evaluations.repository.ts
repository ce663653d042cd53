import type { EvaluationConfig, EvaluationScoreList, EvaluationView } from '#contracts';
import type { EntityManager } from 'typeorm';
import type { RunEntity } from '../entities/run.entity.js';
import { insertRun, type NewEndpoint } from './insert-run.js';
import type { Cursor, ListOptions } from './pages.js';
import { findRegressions } from './regressions.repository.js';
import { readRunPage, type RunFilters } from './run-page.js';
import { findRunOfKind, findTransitions, toRunState } from './run-state.js';

/** An evaluation as the API shows it, except for its links. */
export type EvaluationDetails = Omit<EvaluationView, 'urls'>;
type Summaries = EvaluationDetails['scores'];

/**
 * Writes a queued evaluation with its webhook endpoints. Must run in a transaction.
 * @returns its id.
 */
export function createEvaluation(
  manager: EntityManager,
  config: EvaluationConfig,
  endpoints: readonly NewEndpoint[],
): Promise<string> {
  const run = { kind: 'evaluation', config, totalSteps: config.targets.length, modelId: config.model.id } as const;
  return insertRun(manager, run, endpoints);
}

/** @throws ArcFleetError `not_found`. */
export async function getEvaluation(manager: EntityManager, id: string): Promise<EvaluationDetails> {
  const [details] = await withScores(manager, [await findRunOfKind(manager, 'evaluation', id)]);
  return details as EvaluationDetails;
}

/** Newest first. */
export async function listEvaluations(
  manager: EntityManager,
  options: ListOptions & RunFilters,
): Promise<{ evaluations: EvaluationDetails[]; next: Cursor | null }> {
  const { rows, next } = await readRunPage(manager, 'evaluation', options);
  return { evaluations: await withScores(manager, rows), next };
}

/** Scores of the live generation with ROC points and histograms. @throws ArcFleetError `not_found`. */
export async function getEvaluationScores(manager: EntityManager, id: string): Promise<EvaluationScoreList> {
  const run = await findRunOfKind(manager, 'evaluation', id);
  const scores: (Omit<EvaluationScoreList['scores'][number], 'at'> & { at: Date })[] = await manager.query(
    'select target, generation, at, scores from evaluation_scores where run_id = $1 and generation = $2',
    [id, run.generation],
  );
  const order = targetsOf(run);
  const entries = scores.map((entry) => ({ ...entry, at: entry.at.toISOString() }));
  return { model: run.openedModel, scores: entries.sort((a, b) => order.indexOf(a.target) - order.indexOf(b.target)) };
}

/** Scores of the live generations without their curves, which stay in the database. */
export async function findScores(
  manager: EntityManager,
  runs: readonly { readonly id: string; readonly generation: number }[],
): Promise<Map<string, Summaries>> {
  const found = new Map(runs.map(({ id }): [string, Summaries] => [id, []]));
  if (runs.length === 0) return found;
  const rows: (Omit<Summaries[number], 'at'> & { runId: string; at: Date })[] = await manager.query(
    `select s.run_id as "runId", s.target, s.generation, s.at, s.digest, s.scores - 'roc' - 'histogram' as scores
       from unnest($1::text[], $2::int[]) as w (run_id, generation)
       join evaluation_scores s on s.run_id = w.run_id and s.generation = w.generation order by s.at, s.target`,
    [runs.map(({ id }) => id), runs.map(({ generation }) => generation)],
  );
  for (const { runId, at, ...entry } of rows) found.get(runId)?.push({ ...entry, at: at.toISOString() });
  return found;
}

const configOf = (run: RunEntity): EvaluationConfig => run.config as EvaluationConfig;
const targetsOf = (run: RunEntity): string[] => configOf(run).targets.map(({ name }) => name);

async function withScores(manager: EntityManager, runs: RunEntity[]): Promise<EvaluationDetails[]> {
  if (runs.length === 0) return [];
  const transitions = await findTransitions(
    manager,
    runs.map(({ id }) => id),
  );
  const scores = await findScores(manager, runs);
  const regressions = await findRegressions(
    manager,
    runs.map(({ id }) => id),
  );
  return runs.map((run) => {
    const order = targetsOf(run);
    return {
      ...toRunState(run, transitions.get(run.id) ?? []),
      revision: run.revision,
      step: run.step,
      totalSteps: run.totalSteps ?? order.length,
      model: configOf(run).model,
      openedModel: run.openedModel,
      scores: (scores.get(run.id) ?? []).sort((a, b) => order.indexOf(a.target) - order.indexOf(b.target)),
      regressions: regressions.get(run.id) ?? [],
      config: run.config,
    };
  });
}
