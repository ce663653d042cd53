import { ArcFleetError, isTerminal, RUN_KIND_FACTS, runKindOf, type RunConfig, type RunStatus, type RunView } from '#contracts';
import type { EntityManager } from 'typeorm';
import { CHANNELS } from '../channels.js';
import { CheckpointEntity } from '../entities/checkpoint.entity.js';
import { RunEntity } from '../entities/run.entity.js';
import { transitionRun } from '../transition-run.js';
import { insertRun, type NewEndpoint, type NewRun } from './insert-run.js';
import type { Cursor, ListOptions } from './pages.js';
import { readRunPage, type RunFilters } from './run-page.js';
import { findRunParts, type RunParts } from './run-parts.js';
import { findRunOfKind, toRunState } from './run-state.js';

/** A run as the API shows it, except for its links, which only the API knows. */
export type RunDetails = Omit<RunView, 'urls'>;

/**
 * Writes a queued training with its webhook endpoints. Must run in a transaction.
 * @returns id of the run.
 */
export function createRun(
  manager: EntityManager,
  config: RunConfig,
  endpoints: readonly NewEndpoint[],
  origin: Pick<NewRun, 'resumed' | 'clonedFrom'> = {},
): Promise<string> {
  return insertRun(manager, { kind: 'training', config, totalSteps: null, modelId: null, ...origin }, endpoints);
}

/** A training from which another one is made. */
export interface SourceRun {
  readonly status: RunStatus;
  readonly config: RunConfig;
  readonly totalSteps: number | null;
  /** The last one that was accepted, its own or the one that it went on from. */
  readonly checkpoint: { readonly id: string; readonly step: number } | null;
}

/** @throws ArcFleetError `not_found`. */
export async function getSourceRun(manager: EntityManager, id: string): Promise<SourceRun> {
  const { status, config, totalSteps, checkpointId } = await findRunOfKind(manager, 'training', id);
  const checkpoint = checkpointId === null ? null : await manager.findOneBy(CheckpointEntity, { id: checkpointId });
  return {
    status,
    config: config as RunConfig,
    totalSteps,
    checkpoint: checkpoint && { id: checkpoint.id, step: checkpoint.step },
  };
}

/**
 * Records the wish to cancel a run of any kind; the status shows `canceling` at once, `results` sees to the rest. Asking again
 * changes nothing. Must run in a transaction.
 * @throws ArcFleetError `not_found`, or `conflict` when the run has ended.
 */
export async function requestCancel(manager: EntityManager, id: string, at = new Date()): Promise<void> {
  const result = await transitionRun(manager, id, 'canceling', {
    reason: 'canceled_by_user',
    message: 'Cancel was requested; the ranks stop at the next step.',
    at,
  });
  if (!result.applied && isTerminal(result.from)) {
    throw new ArcFleetError('conflict', `The ${nounOf(id)} ${id} has already ended (${result.from}) and cannot be canceled.`, {
      runId: id,
      status: result.from,
    });
  }
  await manager.query('update runs set cancel_requested_at = coalesce(cancel_requested_at, $2) where id = $1', [id, at]);
  await manager.query('select pg_notify($1, $2)', [CHANNELS.runs, id]);
}

/** @throws ArcFleetError `not_found`. */
export async function getRun(manager: EntityManager, id: string): Promise<RunDetails> {
  const [details] = await withDetails(manager, [await findRunOfKind(manager, 'training', id)]);
  return details as RunDetails;
}

/** State of a run of any kind. @throws ArcFleetError `not_found`. */
export async function getRunStatus(manager: EntityManager, id: string): Promise<{ status: RunStatus; eventSeq: number }> {
  const run = await manager.findOne(RunEntity, { where: { id }, select: { id: true, status: true, eventSeq: true } });
  if (!run) throw new ArcFleetError('not_found', `There is no ${nounOf(id)} ${id}.`, { runId: id });
  return { status: run.status, eventSeq: run.eventSeq };
}

export interface RunPage {
  runs: RunDetails[];
  /** null: this was the last page. */
  next: Cursor | null;
}

/** Trainings, newest first. */
export async function listRuns(manager: EntityManager, options: ListOptions & RunFilters): Promise<RunPage> {
  const { rows, next } = await readRunPage(manager, 'training', options);
  return { runs: await withDetails(manager, rows), next };
}

const nounOf = (id: string): string => RUN_KIND_FACTS[runKindOf(id)].noun;

const NO_PARTS: RunParts = { transitions: [], models: [], checkpoint: null };

async function withDetails(manager: EntityManager, runs: RunEntity[]): Promise<RunDetails[]> {
  if (runs.length === 0) return [];
  const ids = runs.map(({ id }) => id);
  const parts = await findRunParts(manager, ids);
  return runs.map((run) => {
    const { transitions, models, checkpoint } = parts.get(run.id) ?? NO_PARTS;
    return {
      ...toRunState(run, transitions),
      revision: run.revision,
      resumedFrom: run.resumedFrom === null ? null : { runId: run.resumedFrom, step: run.resumedStep ?? 0 },
      clonedFrom: run.clonedFrom,
      step: run.step,
      totalSteps: run.totalSteps,
      numClasses: run.numClasses,
      config: run.config,
      checkpoint,
      model: models.findLast(({ generation, isLast }) => isLast && generation === run.generation) ?? null,
      models,
    };
  });
}
