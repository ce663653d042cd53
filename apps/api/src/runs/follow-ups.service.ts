import { Injectable } from '@nestjs/common';
import {
  ArcFleetError,
  cloneRun,
  isTerminal,
  keptPretrained,
  resumeRun,
  validationError,
  type CreatedRun,
  type CreateRun,
  type FollowUp,
  type FollowUpInput,
} from '#contracts';
import { appendAudit, createRun, getRun, getSourceRun, type SourceRun } from '#persistence';
import type { Actor } from '../access/actor.js';
import { toFieldErrors } from '../http/problem.js';
import { resolveRun } from './resolve-run.js';
import { RunLinks } from './run-links.js';
import { Submission } from './submission.js';

type Created = CreatedRun & { replayed: boolean };

/** Runs that are made from others. */
@Injectable()
export class FollowUpsService {
  constructor(
    private readonly submission: Submission,
    private readonly links: RunLinks,
  ) {}

  /**
   * Creates a run that goes on from the last checkpoint of one that has ended; see {@link Submission.submit}. The source keeps all that it
   * has: nobody deletes checkpoints of a run that has ended.
   * @throws ArcFleetError `not_found`, `conflict` while it runs or when it has no checkpoint, `validation_failed` for what may not change.
   */
  resume(id: string, input: FollowUpInput, actor: Actor, key: string | undefined): Promise<Created> {
    const request = { route: 'POST /runs/{id}/resume', actor, input: { id, ...input }, key };
    return this.submission.submit(request, input, async (manager, endpoints) => {
      const source = await getSourceRun(manager, id);
      const checkpoint = checkpointOf(id, source);
      const point = { step: checkpoint.step, totalSteps: source.totalSteps };
      const run = runOf(resumeRun(source.config, input, point));
      const config = await resolveRun(manager, run, keptPretrained(run, source.config));
      const resumed = { runId: id, step: checkpoint.step, checkpointId: checkpoint.id };
      const created = await createRun(manager, config, endpoints, { resumed });
      const details = { resumedFrom: id, step: checkpoint.step };
      await appendAudit(manager, { actor: actor.id, action: 'runs.resume', resourceId: created, details });
      return this.links.toView(await getRun(manager, created));
    });
  }

  /**
   * Creates a run with the configuration of another one in any state, and with what is to differ; see {@link Submission.submit}.
   * @throws ArcFleetError `not_found`, `validation_failed`.
   */
  clone(id: string, input: FollowUpInput, actor: Actor, key: string | undefined): Promise<Created> {
    const request = { route: 'POST /runs/{id}/clone', actor, input: { id, ...input }, key };
    return this.submission.submit(request, input, async (manager, endpoints) => {
      const { config: source } = await getSourceRun(manager, id);
      const config = await resolveRun(manager, runOf(cloneRun(source, input)));
      const created = await createRun(manager, config, endpoints, { clonedFrom: id });
      await appendAudit(manager, { actor: actor.id, action: 'runs.clone', resourceId: created, details: { clonedFrom: id } });
      return this.links.toView(await getRun(manager, created));
    });
  }
}

function checkpointOf(id: string, { status, checkpoint }: SourceRun): NonNullable<SourceRun['checkpoint']> {
  if (!isTerminal(status)) {
    const message = `The run ${id} is ${status}. It goes on by itself after a fault; to go on with other settings, cancel it and wait for its end.`;
    throw new ArcFleetError('conflict', message, { runId: id, status });
  }
  if (checkpoint === null) {
    const message = `The run ${id} has no checkpoint to go on from; clone it to start again, with a shorter checkpoint.everySteps.`;
    throw new ArcFleetError('conflict', message, { runId: id, status });
  }
  return checkpoint;
}

function runOf(followUp: FollowUp): CreateRun {
  if ('issues' in followUp) throw validationError(toFieldErrors(followUp.issues));
  return followUp.run;
}
