import { z } from 'zod';
import { ENGINES } from '../catalog.js';
import { datasetRefSchema } from '../datasets/dataset-ref.js';
import { pinnedDatasetSchema } from '../datasets/pinned-dataset.js';
import { modelRefSchema } from '../models/model-names.js';
import { modelSelectorSchema } from '../models/model-selector.js';
import { workerFile, workerPath } from '../run-config/data.js';
import { checkLabels, labelsRecord } from '../labels.js';
import { faultsSchema, ranksSchema, target } from '../run-config/run-config.js';
import { evaluationWebhookSchema } from '../webhook-events.js';

/** A stored model by its id or by `name@alias` or `name@version`, or files as the workers see them: a folder, a prefix (`.../model,1`) or a file of any readable kind. */
export const modelReferenceSchema = z.union([
  z.strictObject({ id: modelRefSchema }),
  z.strictObject({ path: workerFile, epoch: z.number().int().min(0).max(9999).optional() }),
]);
export type ModelReference = z.output<typeof modelReferenceSchema>;

/** The same with nothing to look up: what a worker opens. */
export const resolvedModelSchema = z.strictObject({
  id: z.string().nullable(),
  /** Absolute, or relative to the storage root (a model of ours). */
  path: z
    .string()
    .min(1)
    .max(4096)
    .refine((path) => !path.startsWith('s3://'), 'must be a path on the workers; models are not read from s3://'),
  epoch: z.number().int().min(0).max(9999).optional(),
});
export type ResolvedModel = z.output<typeof resolvedModelSchema>;

/** What a model is held to. Names are unique within an evaluation. */
export const evaluationTargetSchema = z.discriminatedUnion('protocol', [
  /** 10-fold verification with the flip test of a `.bin`, or of an LFW-style pairs file with the folder of its images. */
  z.strictObject({ protocol: z.literal('verification'), name: target, path: workerPath, images: workerPath.optional() }),
  /** Search of probes among distractors, as in MegaFace. Both are data sets of any readable kind. */
  z.strictObject({ protocol: z.literal('identification'), name: target, probes: workerPath, distractors: workerPath }),
  /** IJB 1:1: a folder with `meta/<set>_face_tid_mid.txt`, `meta/<set>_template_pair_label.txt`, `meta/<set>_name_5pts_score.txt` and `loose_crop/`. */
  z.strictObject({ protocol: z.literal('templates'), name: target, path: workerFile }),
]);
export type EvaluationTarget = z.output<typeof evaluationTargetSchema>;

const baseEvaluationSchema = z.strictObject({
  name: z.string().min(1).max(200).optional(),
  labels: labelsRecord.default({}),
  targets: z.array(evaluationTargetSchema).min(1).max(64),
  /** Add the embedding of the mirrored image. */
  flip: z.boolean().default(true),
  /** What to do with an image that is no aligned face of the model's size: templates have landmarks, other images need that size. */
  unaligned: z.enum(['refuse', 'crop']).default('refuse'),
  /** Images that are embedded at once. */
  batchSize: z.number().int().min(1).max(1024).default(32),
  /** Resamples of the intervals; 0: none. */
  bootstrap: z.number().int().min(0).max(10_000).default(1000),
  seed: z.number().int().min(0).max(0xffffffff).default(1),
  ranks: ranksSchema.prefault({}),
  engine: z.enum(['auto', ...ENGINES]).default('auto'),
  faults: faultsSchema.prefault({}),
});

interface Checked {
  readonly targets: readonly (EvaluationTarget | string)[];
  readonly ranks: { readonly min?: number | undefined; readonly max: number };
}

function checkEvaluation({ targets, ranks }: Checked, context: z.RefinementCtx): void {
  const names = new Set<string>();
  targets.forEach((each, index) => {
    const name = typeof each === 'string' ? each : each.name;
    if (names.has(name)) {
      const path = ['targets', index, ...(typeof each === 'string' ? [] : ['name'])];
      context.addIssue({ code: 'custom', path, message: 'must be unique in the evaluation' });
    }
    names.add(name);
  });
  if ((ranks.min ?? ranks.max) > ranks.max) {
    context.addIssue({ code: 'custom', path: ['ranks', 'min'], message: `must not exceed ranks.max (${ranks.max})` });
  }
}

/** Targets as a client gives them: a name stands for a verification set of `dataset`. */
const targetsInput = {
  /** Where the verification sets lie that are given by name: a folder, or a registered data set as `name@digest`, name or id. */
  dataset: z.union([workerPath, datasetRefSchema]).optional(),
  /** Default: every verification set of a registered data set. */
  targets: z
    .array(z.union([target, evaluationTargetSchema]))
    .min(1)
    .max(64)
    .optional(),
};
interface TargetsInput {
  readonly dataset?: string | undefined;
  readonly targets?: readonly (EvaluationTarget | string)[] | undefined;
}

const isFolder = (dataset: string): boolean => dataset.includes('/');

function checkTargets({ targets, dataset, ranks }: TargetsInput & Pick<Checked, 'ranks'>, context: z.RefinementCtx): void {
  checkEvaluation({ targets: targets ?? [], ranks }, context);
  const issue = (path: string, message: string): void => context.addIssue({ code: 'custom', path: [path], message });
  if (targets === undefined && (dataset === undefined || isFolder(dataset))) {
    issue('targets', 'is required, unless dataset names a registered data set: then all its verification sets are taken');
  }
  if (dataset === undefined && targets?.some((each) => typeof each === 'string')) {
    issue('dataset', 'is required where a target is only a name');
  }
}

/** Of a folder the output has whole targets only; of a registered data set (`ref`) names are left, which are found where it is looked up. */
function withWholeTargets<T extends TargetsInput>({ dataset, targets, ...rest }: T) {
  if (dataset !== undefined && !isFolder(dataset)) return { ...rest, ref: dataset, targets: targets ?? null };
  const whole = (targets ?? []).map((each): EvaluationTarget | string => {
    if (typeof each !== 'string' || dataset === undefined) return each;
    return verificationTargetOf(dataset, each);
  });
  return { ...rest, ref: null, targets: whole };
}

/** The verification set of that name in a folder. */
export function verificationTargetOf(folder: string, name: string): EvaluationTarget {
  return { protocol: 'verification', name, path: `${folder.replace(/\/+$/, '')}/${name}.bin` };
}

/** Body of `POST /evaluations`. */
export const createEvaluationSchema = baseEvaluationSchema
  .extend({
    model: modelReferenceSchema,
    ...targetsInput,
    webhooks: z.array(evaluationWebhookSchema).max(10).default([]),
  })
  .superRefine(checkTargets)
  .superRefine(checkLabels)
  .transform(withWholeTargets);
export type CreateEvaluation = z.output<typeof createEvaluationSchema>;
export type CreateEvaluationInput = z.input<typeof createEvaluationSchema>;

/** What is stored with an evaluation and travels in its rank jobs. */
export const evaluationConfigSchema = baseEvaluationSchema
  .extend({
    model: resolvedModelSchema,
    /** The registered data set that targets were taken from. */
    dataset: pinnedDatasetSchema.optional(),
  })
  .superRefine(checkEvaluation)
  .transform((config) => ({ ...config, ranks: { min: config.ranks.min ?? config.ranks.max, max: config.ranks.max } }));
export type EvaluationConfig = z.output<typeof evaluationConfigSchema>;
export type EvaluationConfigInput = z.input<typeof evaluationConfigSchema>;

/** What a schedule does when it fires: an evaluation of each model that is meant then, on the version of a registered data set that is meant then. */
export const scheduledEvaluationSchema = baseEvaluationSchema
  .extend({ ...targetsInput, models: modelSelectorSchema })
  .superRefine(checkTargets)
  .superRefine(checkLabels)
  .transform(withWholeTargets);
export type ScheduledEvaluation = z.output<typeof scheduledEvaluationSchema>;
