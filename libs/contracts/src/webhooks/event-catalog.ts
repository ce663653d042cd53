import { z } from 'zod';
import { scoreSummarySchema } from '../evaluation/evaluation-scores.js';
import { RUN_STATUSES } from '../statuses.js';
import { VERIFICATION_SUBJECTS, verificationScoresSchema } from '../verification.js';
import type { EvaluationEventType, ResourceEventType, RunEventType, WebhookEventType } from '../webhook-events.js';

/**
 * What each event tells: summary and schema of its `data`, for the OpenAPI document and for the specs that hold what is sent to it.
 * Fields may be added, so receivers ignore what they do not know; a field that is no plain value may be left out of a message that
 * would grow too large (`omitted` names it), so those are optional.
 */
export interface WebhookEventFacts {
  readonly summary: string;
  readonly data: z.ZodObject;
}

const text = z.string();
const whole = z.number().int();

/** Fields that are left out because the message would be over its limit. */
const omitted = z.array(z.string()).optional();
const data = <T extends z.ZodRawShape>(shape: T) => z.looseObject({ ...shape, omitted });

const transition = {
  seq: whole,
  status: z.enum(RUN_STATUSES),
  reason: text,
  message: text,
  generation: whole,
  error: z.looseObject({ code: text, message: text }).optional(),
};
const ofRun = <T extends z.ZodRawShape>(shape: T) => data({ runId: text, ...shape });
const ofEvaluation = <T extends z.ZodRawShape>(shape: T) => data({ evaluationId: text, ...shape });

const RUN_EVENTS: Readonly<Record<RunEventType, WebhookEventFacts>> = {
  'run.queued': { summary: 'A run was created and waits for free slots.', data: ofRun(transition) },
  'run.started': { summary: 'All ranks of a run have found each other; it trains.', data: ofRun(transition) },
  'run.verified': {
    summary: 'A run has scored its model on a verification set.',
    data: ofRun({
      seq: whole,
      step: whole,
      subject: z.enum(VERIFICATION_SUBJECTS),
      target: text,
      scores: verificationScoresSchema.optional(),
    }),
  },
  'run.checkpointed': {
    summary: 'A checkpoint was accepted: the run can go on from there.',
    data: ofRun({ seq: whole, step: whole, folder: text }),
  },
  'run.restarting': { summary: 'A run lost a part of its fleet and waits for slots again.', data: ofRun(transition) },
  'run.succeeded': { summary: 'A run has ended well.', data: ofRun(transition) },
  'run.failed': { summary: 'A run has failed; `reason` and `error` say why.', data: ofRun(transition) },
  'run.canceling': { summary: 'A run was asked to stop.', data: ofRun(transition) },
  'run.canceled': { summary: 'A run has stopped because it was asked to.', data: ofRun(transition) },
};

const EVALUATION_EVENTS: Readonly<Record<EvaluationEventType, WebhookEventFacts>> = {
  'evaluation.queued': {
    summary: 'An evaluation was created and waits for free slots.',
    data: ofEvaluation(transition),
  },
  'evaluation.started': { summary: 'An evaluation has its slots and scores.', data: ofEvaluation(transition) },
  'evaluation.scored': {
    summary: 'An evaluation has scored one target.',
    data: ofEvaluation({
      seq: whole,
      step: whole,
      totalSteps: whole,
      target: text,
      scores: scoreSummarySchema.optional(),
    }),
  },
  'evaluation.regressed': {
    summary: 'Scores of a model have fallen by more than the margin against what they are compared with.',
    data: ofEvaluation({
      seq: whole,
      modelId: text,
      count: whole,
      /** The first of them. */
      regressions: z.array(z.looseObject({ target: text, metric: text })).optional(),
    }),
  },
  'evaluation.restarting': {
    summary: 'An evaluation lost a part of its fleet and begins anew.',
    data: ofEvaluation(transition),
  },
  'evaluation.completed': { summary: 'All targets are scored.', data: ofEvaluation(transition) },
  'evaluation.failed': { summary: 'An evaluation has failed; `reason` and `error` say why.', data: ofEvaluation(transition) },
  'evaluation.canceling': { summary: 'An evaluation was asked to stop.', data: ofEvaluation(transition) },
  'evaluation.canceled': {
    summary: 'An evaluation has stopped because it was asked to.',
    data: ofEvaluation(transition),
  },
};

const ofModel = <T extends z.ZodRawShape>(shape: T) => data({ modelId: text, name: text, version: whole, ...shape });
const ofDataset = <T extends z.ZodRawShape>(shape: T) => data({ datasetId: text, name: text, ...shape });
const schedule = { scheduleId: text, name: text, outcome: text, reason: text };
/** One time of a schedule. */
const fire = {
  fireId: text,
  scheduledAt: text,
  trigger: text,
  message: text,
  revision: whole,
  /** What was started. */
  evaluations: z.array(text).optional(),
};

const RESOURCE_EVENTS: Readonly<Record<ResourceEventType, WebhookEventFacts>> = {
  'model.created': {
    summary: 'A version of a model is stored and can be used; `source` is `run` or `import`.',
    data: ofModel({ source: text, runId: text.optional(), taskId: text.optional() }),
  },
  'model.failed': {
    summary: 'A model could not be imported.',
    data: ofModel({ taskId: text, error: z.looseObject({ code: text, message: text }).optional() }),
  },
  'model.deleted': { summary: 'A version of a model was deleted.', data: ofModel({}) },
  'model.alias_set': {
    summary: 'An alias names another version from now on; `number` counts its moves, `previous` is who had it.',
    data: ofModel({ alias: text, number: whole, previous: z.looseObject({ modelId: text, version: whole }).nullish() }),
  },
  'model.alias_removed': { summary: 'An alias names this version no more.', data: ofModel({ alias: text, number: whole }) },
  'dataset.ready': {
    summary: 'A data set was validated and can be used as `ref`.',
    data: ofDataset({
      ref: text,
      /** What was registered; another than `datasetId` where the same images were there. */
      registeredAs: text,
      images: whole,
      identities: whole,
      targets: z.array(text).optional(),
    }),
  },
  'dataset.invalid': {
    summary: 'A data set was validated and cannot be used; `problem` is the first of them.',
    data: ofDataset({ state: text, numProblems: whole, problem: text.optional() }),
  },
  'schedule.fired': { summary: 'A schedule has started its evaluations.', data: data({ ...schedule, ...fire }) },
  'schedule.skipped': {
    summary:
      'A schedule was due and started nothing; `reason` says why. Times that were missed come together: `count`, `from`, `to`.',
    data: data({ ...schedule, ...z.object({ ...fire, count: whole, from: text, to: text }).partial().shape }),
  },
  'webhook.test': {
    summary: 'Sent on request, to see that deliveries arrive and that their signatures are verified.',
    data: data({ webhookId: text, message: text }),
  },
};

/** The one source of what events there are and what they tell. */
export const WEBHOOK_EVENTS: Readonly<Record<WebhookEventType, WebhookEventFacts>> = {
  ...RUN_EVENTS,
  ...EVALUATION_EVENTS,
  ...RESOURCE_EVENTS,
};
