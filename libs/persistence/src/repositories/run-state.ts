import { ArcFleetError, RUN_KIND_FACTS, type RunKind, type RunState, type RunStatus, type Transition } from '#contracts';
import { In, type EntityManager } from 'typeorm';
import { RunEventEntity } from '../entities/run-event.entity.js';
import { RunEntity } from '../entities/run.entity.js';
import { findWaitingMessage } from './fleet-status.repository.js';

/** To be shown: a queued one says what it waits for. @throws ArcFleetError `not_found`. */
export async function findRunOfKind(manager: EntityManager, kind: RunKind, id: string): Promise<RunEntity> {
  const run = await manager.findOneBy(RunEntity, { id, kind });
  if (!run) throw new ArcFleetError('not_found', `There is no ${RUN_KIND_FACTS[kind].noun} ${id}.`, { runId: id });
  if (run.status === 'queued') run.message = (await findWaitingMessage(manager, run)) ?? run.message;
  return run;
}

/** Transitions of several runs, each list in order. */
export async function findTransitions(manager: EntityManager, runIds: readonly string[]): Promise<Map<string, Transition[]>> {
  const events = await manager.find(RunEventEntity, {
    where: { runId: In([...runIds]), type: 'transition' },
    order: { runId: 'ASC', seq: 'ASC' },
  });
  const found = new Map(runIds.map((id): [string, Transition[]] => [id, []]));
  for (const event of events) found.get(event.runId)?.push(toTransition(event));
  return found;
}

/** What runs of every kind show. */
export function toRunState(run: RunEntity, transitions: Transition[]): RunState {
  return {
    id: run.id,
    name: 'name' in run.config ? (run.config.name ?? null) : null,
    labels: run.config.labels,
    status: run.status,
    reason: run.reason,
    message: run.message,
    error: run.error,
    generation: run.generation,
    restarts: run.restarts,
    worldSize: run.worldSize,
    engine: run.engine,
    createdAt: run.createdAt.toISOString(),
    admittedAt: run.admittedAt?.toISOString() ?? null,
    startedAt: run.startedAt?.toISOString() ?? null,
    finishedAt: run.finishedAt?.toISOString() ?? null,
    transitions,
  };
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
