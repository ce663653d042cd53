import { z } from 'zod';
import { isJsonObject, mergeConfig, type JsonObject } from '../recipes/merge-config.js';
import { placeInOverrides, toIssues, type FieldIssue } from '../recipes/recipe-run.js';
import { webhookInputSchema } from '../webhook-events.js';
import { ranksThatHold, resumeDifferences, toInput } from './resume-rules.js';
import { createRunSchema, runConfigSchema, type CreateRun, type RunConfig } from './run-config.js';

/** Body of `POST /runs/:id/resume` and `/clone`. */
export const followUpSchema = z.strictObject({
  /** Any part of a run's configuration, merged into that of the run; null gives a field its default again. */
  overrides: z.record(z.string(), z.unknown()).default({}),
  /** Those of the new run; it inherits none. */
  webhooks: z.array(webhookInputSchema).max(10).default([]),
});
export type FollowUpInput = z.output<typeof followUpSchema>;

export type FollowUp = { readonly run: CreateRun } | { readonly issues: readonly FieldIssue[] };

/** How far the run is that is gone on with. */
export interface ResumePoint {
  /** Updates that its last accepted checkpoint has. */
  readonly step: number;
  /** Steps that it was to have; null: it never started. */
  readonly totalSteps: number | null;
}

/** The configuration of a run with some of it replaced; what is wrong is told at `/overrides/...`. */
export function cloneRun(source: RunConfig, { overrides, webhooks }: FollowUpInput): FollowUp {
  if (Object.hasOwn(overrides, 'webhooks')) {
    return { issues: [{ path: ['overrides', 'webhooks'], message: 'belongs beside overrides, not into them' }] };
  }
  const parsed = createRunSchema.safeParse({ ...mergeConfig(baseOf(source, overrides), overrides), webhooks });
  if (parsed.success) return { run: placeInOverrides(parsed.data) };
  return { issues: toIssues(parsed.error).map(({ path, message }) => ({ path: ['overrides', ...path], message })) };
}

/**
 * The same training with more steps, on other ranks, or watched otherwise: what `RESUME_CHANGEABLE` does not name must stay, and there must be
 * steps left.
 */
export function resumeRun(source: RunConfig, input: FollowUpInput, point: ResumePoint): FollowUp {
  const clone = cloneRun(source, input);
  if (!('run' in clone)) return { issues: clone.issues.map((issue) => explainRanks(issue, source)) };
  const { webhooks: _, ...config } = clone.run;
  const { ref } = config.dataset;
  if (ref !== source.dataset.ref) return { issues: [otherData(source, ref === undefined ? 'path' : 'ref')] };
  const dataset = ref === undefined ? config.dataset : { ...source.dataset, ...config.dataset };
  const pretrained = keptPretrained(config, source);
  if (pretrained === undefined) return { issues: [otherModel(source)] };
  const resolved = runConfigSchema.parse({ ...config, dataset, pretrained });
  const differences = resumeDifferences(source, resolved).map(({ field, before }) => ({
    path: ['overrides', ...field.split('.')],
    message: `must stay ${before}: with another value it would be another training; clone the run for that`,
  }));
  if (differences.length > 0) return { issues: differences };
  const left = stepsLeft(source, resolved, point);
  return left === null ? clone : { issues: [left] };
}

/** `ranks.min` that nobody has set stands for `ranks.max`, also when that changes. */
function baseOf(source: RunConfig, overrides: JsonObject): JsonObject {
  const base = {
    ...toInput(source),
    dataset: requestOf(source, overrides),
    pretrained: requestedPretrained(source, overrides),
  };
  const { ranks } = overrides;
  const isOnlyMax = isJsonObject(ranks) && Object.hasOwn(ranks, 'max') && !Object.hasOwn(ranks, 'min');
  return isOnlyMax && source.ranks.min === source.ranks.max ? { ...base, ranks: { max: source.ranks.max } } : base;
}

/** The data set as a client asks for it: the version that the run was pinned to by its reference, anything else by its folder. */
function requestOf(source: RunConfig, { dataset: override }: JsonObject): JsonObject {
  const {
    ref,
    datasetId: _,
    digest: __,
    fingerprint: ___,
    files: ____,
    path,
    kind,
    ...use
  } = toInput(source)['dataset'] as JsonObject;
  const asks = (field: string): boolean => isJsonObject(override) && Object.hasOwn(override, field);
  if (ref === undefined) return asks('ref') ? use : { ...use, path, kind };
  return asks('path') ? { ...use, kind } : { ...use, ref };
}

/** The model as a client asks for it: a stored one by the id that the run was pinned to, any other by its files. */
function requestedPretrained({ pretrained }: RunConfig, { pretrained: override }: JsonObject): JsonObject | null {
  if (pretrained === null) return null;
  const { modelId, model: _, path, epoch, newOutput } = pretrained;
  const asks = (field: string): boolean => isJsonObject(override) && Object.hasOwn(override, field);
  if (modelId !== undefined) return asks('path') ? { newOutput } : { model: modelId, newOutput };
  return asks('model') ? { newOutput } : { path, newOutput, ...(epoch === undefined ? {} : { epoch }) };
}

/** What a run that goes on started from: that is not looked up again, and may be gone by now. @returns undefined for another model. */
export function keptPretrained(
  { pretrained: asked }: Pick<CreateRun, 'pretrained'>,
  source: RunConfig,
): RunConfig['pretrained'] | undefined {
  const { pretrained: kept } = source;
  if (asked === null) return null;
  const { model, path, ...use } = asked;
  if (path !== undefined) return { path, ...use };
  return kept !== null && model === kept.modelId ? { ...kept, ...use } : undefined;
}

function otherModel({ pretrained }: RunConfig): FieldIssue {
  const kept = pretrained === null ? 'null' : (pretrained.model ?? pretrained.path);
  const message = `must stay ${kept}: from another model it would be another training; clone the run for that`;
  return { path: ['overrides', 'pretrained', 'model'], message };
}

function otherData({ dataset }: RunConfig, field: 'path' | 'ref'): FieldIssue {
  const message = `must stay ${dataset.ref ?? dataset.path}: on other data it would be another training; clone the run for that`;
  return { path: ['overrides', 'dataset', field], message };
}

function explainRanks(issue: FieldIssue, { batch }: RunConfig): FieldIssue {
  if (!['overrides/batch/globalBatchSize', 'overrides/batch/bnGroupSize'].includes(issue.path.join('/'))) return issue;
  return {
    path: ['overrides', 'ranks', 'max'],
    message: `cannot hold whole groups of ${batch.bnGroupSize} images of a batch of ${batch.globalBatchSize}; possible: ${ranksThatHold(batch).join(', ')}`,
  };
}

function stepsLeft(source: RunConfig, { maxSteps, epochs }: RunConfig, { step, totalSteps }: ResumePoint): FieldIssue | null {
  if (maxSteps !== undefined && maxSteps <= step) {
    return {
      path: ['overrides', 'maxSteps'],
      message: `must be more than ${step}, the step of the checkpoint (it is ${maxSteps})`,
    };
  }
  const stepsPerEpoch = source.maxSteps === undefined && source.epochs && totalSteps ? totalSteps / source.epochs : null;
  if (epochs !== undefined && stepsPerEpoch !== null && epochs * stepsPerEpoch <= step) {
    const message = `must make more than ${step} steps, the step of the checkpoint (an epoch has ${stepsPerEpoch}, it is ${epochs})`;
    return { path: ['overrides', 'epochs'], message };
  }
  return null;
}
