import { z } from 'zod';
import { ENGINES } from '../catalog.js';
import { workerFile, workerPath } from '../run-config/data.js';
import { checkLabels, faultsSchema, ranksSchema, target } from '../run-config/run-config.js';
import { evaluationWebhookSchema } from '../webhook-events.js';

/** A stored model by its id, or files as the workers see them: a folder, a prefix (`.../model,1`) or a file of any readable kind. */
export const modelReferenceSchema = z.union([
  z.strictObject({ id: z.string().regex(/^mdl_[0-9a-z]{20}$/) }),
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
  labels: z.record(z.string().min(1).max(63), z.string().max(255)).default({}),
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

/**
 * Body of `POST /evaluations`. A target may be a name alone: the verification set `<dataset>/<name>.bin`. The output has whole
 * targets only.
 */
export const createEvaluationSchema = baseEvaluationSchema
  .extend({
    model: modelReferenceSchema,
    /** Folder of the verification sets that are given by name. */
    dataset: workerPath.optional(),
    targets: z
      .array(z.union([target, evaluationTargetSchema]))
      .min(1)
      .max(64),
    webhooks: z.array(evaluationWebhookSchema).max(10).default([]),
  })
  .superRefine((config, context) => {
    checkEvaluation(config, context);
    checkLabels(config, context);
    if (config.dataset === undefined && config.targets.some((each) => typeof each === 'string')) {
      context.addIssue({ code: 'custom', path: ['dataset'], message: 'is required where a target is only a name' });
    }
  })
  .transform(({ dataset = '', targets, ...rest }) => ({
    ...rest,
    targets: targets.map((each): EvaluationTarget => {
      if (typeof each !== 'string') return each;
      return { protocol: 'verification', name: each, path: `${dataset.replace(/\/+$/, '')}/${each}.bin` };
    }),
  }));
export type CreateEvaluation = z.output<typeof createEvaluationSchema>;
export type CreateEvaluationInput = z.input<typeof createEvaluationSchema>;

/** What is stored with an evaluation and travels in its rank jobs. */
export const evaluationConfigSchema = baseEvaluationSchema
  .extend({ model: resolvedModelSchema })
  .superRefine(checkEvaluation)
  .transform((config) => ({ ...config, ranks: { min: config.ranks.min ?? config.ranks.max, max: config.ranks.max } }));
export type EvaluationConfig = z.output<typeof evaluationConfigSchema>;
export type EvaluationConfigInput = z.input<typeof evaluationConfigSchema>;
