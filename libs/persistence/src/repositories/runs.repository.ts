import {
  ArcFleetError,
  isTerminal,
  type RunConfig,
  type RunEventType,
  type RunStatus,
  type RunView,
  type Transition,
} from '#contracts';
import { In, type EntityManager } from 'typeorm';
import { CHANNELS } from '../channels.js';
import { CheckpointEntity } from '../entities/checkpoint.entity.js';
import { RunEventEntity } from '../entities/run-event.entity.js';
import { RunEntity } from '../entities/run.entity.js';
import { WebhookEndpointEntity } from '../entities/webhook-endpoint.entity.js';
import { newId } from '../ids.js';
import { appendRunEvent } from '../run-events.js';
import { transitionRun } from '../transition-run.js';

/** A run as the API shows it, except for its links, which only the API knows. */
export type RunDetails = Omit<RunView, 'urls'>;

export interface NewEndpoint {
  url: string;
  secret: string;
  events: RunEventType[] | null;
}

/**
 * Writes a queued run, its webhook endpoints and its first event, and wakes `results`. Must run in a transaction.
 * @returns id of the run.
 */
export async function createRun(manager: EntityManager, config: RunConfig, endpoints: readonly NewEndpoint[]): Promise<string> {
  const id = newId('run');
  const createdAt = new Date();
  const state = { status: 'queued', reason: 'created', message: 'Waiting for free slots.' } as const;
  await manager.insert(RunEntity, { id, config, ...state, createdAt });
  if (endpoints.length > 0) {
    await manager.insert(
      WebhookEndpointEntity,
      endpoints.map((endpoint) => ({ ...endpoint, id: newId('whep'), runId: id, createdAt })),
    );
  }
  await appendRunEvent(manager, id, { type: 'transition', at: createdAt, data: { ...state, generation: 0 } });
  await manager.query('select pg_notify($1, $2)', [CHANNELS.runs, id]);
  return id;
}

/**
 * Records the wish to cancel; the status shows `canceling` at once, `results` sees to the rest. Asking again changes nothing.
 * Must run in a transaction.
 * @throws ArcFleetError `not_found`, or `conflict` when the run has ended.
 */
export async function requestCancel(manager: EntityManager, id: string, at = new Date()): Promise<void> {
  const result = await transitionRun(manager, id, 'canceling', {
    reason: 'canceled_by_user',
    message: 'Cancel was requested; the ranks stop at the next step.',
    at,
  });
  if (!result.applied && isTerminal(result.from)) {
    throw new ArcFleetError('conflict', `Run ${id} has already ended (${result.from}) and cannot be canceled.`, {
      runId: id,
      status: result.from,
    });
  }
  await manager.query('update runs set cancel_requested_at = coalesce(cancel_requested_at, $2) where id = $1', [id, at]);
  await manager.query('select pg_notify($1, $2)', [CHANNELS.runs, id]);
}

/** @throws ArcFleetError `not_found`. */
export async function getRun(manager: EntityManager, id: string): Promise<RunDetails> {
  const run = await manager.findOneBy(RunEntity, { id });
  if (!run) throw new ArcFleetError('not_found', `There is no run ${id}.`, { runId: id });
  const [details] = await withDetails(manager, [run]);
  return details as RunDetails;
}

/** @throws ArcFleetError `not_found`. */
export async function getRunStatus(manager: EntityManager, id: string): Promise<{ status: RunStatus; eventSeq: number }> {
  const run = await manager.findOne(RunEntity, { where: { id }, select: { id: true, status: true, eventSeq: true } });
  if (!run) throw new ArcFleetError('not_found', `There is no run ${id}.`, { runId: id });
  return { status: run.status, eventSeq: run.eventSeq };
}

/** Position in the list of runs: that of the last run of a page. */
export interface RunCursor {
  createdAt: Date;
  id: string;
}

export interface RunPage {
  runs: RunDetails[];
  /** null: this was the last page. */
  next: RunCursor | null;
}

/** Runs, newest first; ties are broken by id, so that pages neither repeat nor skip one. */
export async function listRuns(
  manager: EntityManager,
  { limit, after, statuses }: { limit: number; after?: RunCursor; statuses?: readonly RunStatus[] },
): Promise<RunPage> {
  const query = manager
    .createQueryBuilder(RunEntity, 'run')
    .orderBy('run.createdAt', 'DESC')
    .addOrderBy('run.id', 'DESC')
    .limit(limit + 1);
  if (after) query.andWhere('(run.createdAt, run.id) < (:createdAt, :id)', { createdAt: after.createdAt, id: after.id });
  if (statuses?.length) query.andWhere('run.status in (:...statuses)', { statuses });
  const found = await query.getMany();
  const page = found.slice(0, limit);
  const last = page.at(-1);
  return {
    runs: await withDetails(manager, page),
    next: found.length > limit && last ? { createdAt: last.createdAt, id: last.id } : null,
  };
}

async function withDetails(manager: EntityManager, runs: RunEntity[]): Promise<RunDetails[]> {
  if (runs.length === 0) return [];
  const events = await manager.find(RunEventEntity, {
    where: { runId: In(runs.map((run) => run.id)), type: 'transition' },
    order: { runId: 'ASC', seq: 'ASC' },
  });
  const checkpointIds = runs.flatMap((run) => run.checkpointId ?? []);
  const checkpoints = checkpointIds.length ? await manager.findBy(CheckpointEntity, { id: In(checkpointIds) }) : [];
  return runs.map((run) => {
    const checkpoint = checkpoints.find(({ id }) => id === run.checkpointId);
    return {
      id: run.id,
      name: run.config.name ?? null,
      labels: run.config.labels,
      status: run.status,
      reason: run.reason,
      message: run.message,
      error: run.error,
      generation: run.generation,
      restarts: run.restarts,
      worldSize: run.worldSize,
      engine: run.engine,
      step: run.step,
      totalSteps: run.totalSteps,
      numClasses: run.numClasses,
      config: run.config,
      checkpoint: checkpoint
        ? { step: checkpoint.step, generation: checkpoint.generation, folder: checkpoint.manifest.folder }
        : null,
      model: run.models.findLast(({ generation, isLast }) => isLast && generation === run.generation) ?? null,
      models: run.models,
      createdAt: run.createdAt.toISOString(),
      admittedAt: run.admittedAt?.toISOString() ?? null,
      startedAt: run.startedAt?.toISOString() ?? null,
      finishedAt: run.finishedAt?.toISOString() ?? null,
      transitions: events.filter((event) => event.runId === run.id).map(toTransition),
    };
  });
}

function toTransition({ data, at }: RunEventEntity): Transition {
  return {
    status: data['status'] as RunStatus,
    reason: String(data['reason']),
    message: String(data['message']),
    generation: Number(data['generation']),
    at: at.toISOString(),
  };
}
