import { z } from 'zod';
import { EXPORT_FORMATS, MODEL_SOURCES, MODEL_STATES } from '../models/model-names.js';
import { errorReportSchema } from '../records.js';
import { storedModelSchema } from '../run-view.js';
import { RUN_STATUSES } from '../statuses.js';
import { verificationScoresSchema } from '../verification.js';
import { scoreSummarySchema } from './evaluation-scores.js';

const time = z.iso.datetime();
const labels = z.record(z.string(), z.string());

/** A stored model: one version of its name. */
export const modelViewSchema = storedModelSchema.extend({
  name: z.string(),
  /** 1, 2, ... per name; a number is never used again. */
  version: z.number().int(),
  /** Aliases of the name that point here, sorted. */
  aliases: z.array(z.string()),
  labels,
  description: z.string(),
  /** `importing` until a worker has copied and tried it. */
  state: z.enum(MODEL_STATES),
  source: z.enum(MODEL_SOURCES),
  /** Why its import failed. */
  error: errorReportSchema.nullable(),
  /** Run that trained it; null: it was imported. */
  runId: z.string().nullable(),
  /** null: it was imported. */
  generation: z.number().int().nullable(),
  step: z.number().int().nullable(),
  /** Of its files: `arcfleet`, or as they came: `onnx`, `mxnet`, `torch`. */
  format: z.string(),
  /** null: its files do not say. */
  network: z.string().nullable(),
  /** null: it is not imported yet. */
  embeddingSize: z.number().int().nullable(),
  revision: z.number().int(),
  createdAt: time,
  urls: z.object({
    self: z.string(),
    files: z.string(),
    embeddings: z.string(),
    run: z.string().nullable(),
    /** The import. */
    task: z.string().nullable(),
  }),
});
export type ModelView = z.output<typeof modelViewSchema>;

/** Answer to `GET /models`: newest first. */
export const modelListSchema = z.object({ models: z.array(modelViewSchema), next: z.string().nullable() });
export type ModelList = z.output<typeof modelListSchema>;

/** Where a number comes from. */
export const modelMetricSourceSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('evaluation'), evaluationId: z.string(), engine: z.string().nullable(), at: time }),
  z.object({
    kind: z.literal('verification'),
    runId: z.string(),
    step: z.number().int(),
    engine: z.string().nullable(),
    at: time,
  }),
]);

/** The newest result of a model on one target; evaluations go before the verifications of its training. */
export const modelMetricSchema = z.object({
  target: z.string(),
  protocol: z.enum(['verification', 'identification', 'templates']),
  /** The number by which models are compared: `accuracy`, `rank1Accuracy` or `tarAtFar@1e-4` (or the nearest there is). */
  measure: z.string(),
  value: z.number(),
  /** null: none was computed. */
  interval: z.object({ low: z.number(), high: z.number(), level: z.number() }).nullable(),
  source: modelMetricSourceSchema,
});
export type ModelMetric = z.output<typeof modelMetricSchema>;

/** Answer to `GET /models/:id`: where it comes from and what it scored. */
export const modelDetailsSchema = modelViewSchema.extend({
  /** null: it was imported. */
  run: z
    .object({
      id: z.string(),
      name: z.string().nullable(),
      status: z.enum(RUN_STATUSES),
      /** SHA-256 of the stored configuration without name and labels: equal ones trained with the same settings. */
      configDigest: z.string(),
    })
    .nullable(),
  lineage: z.object({
    /** Engine and version of ArcFleet of the worker that wrote it; null: not known. */
    engine: z.string().nullable(),
    codeVersion: z.string().nullable(),
    /** What it was trained on; `ref` (`name@digest`) and digest are those of a registered data set. */
    dataset: z.object({ path: z.string(), ref: z.string().nullable(), digest: z.string().nullable() }).nullable(),
    /** The checkpoint of the same step, if there was one. */
    checkpoint: z.object({ generation: z.number().int(), step: z.number().int(), folder: z.string() }).nullable(),
    /** The model that training started from; `model` is `name@version` of a stored one. */
    parent: z.object({ path: z.string(), modelId: z.string().nullable(), model: z.string().nullable() }).nullable(),
    /** The run whose checkpoint its run went on from, and the step of it. */
    resumedFrom: z.object({ runId: z.string(), step: z.number().int() }).nullable(),
  }),
  /** Newest result on each target, by name of the target. */
  metrics: z.array(modelMetricSchema),
  /** Verifications of its run at its step. */
  verifications: z.array(z.object({ target: z.string(), scores: verificationScoresSchema })),
  /** Evaluations of it, newest first; at most 100. */
  evaluations: z.array(
    z.object({
      id: z.string(),
      status: z.enum(RUN_STATUSES),
      createdAt: time,
      scores: z.array(z.object({ target: z.string(), scores: scoreSummarySchema })),
    }),
  ),
});
export type ModelDetails = z.output<typeof modelDetailsSchema>;

const comparedModel = z.object({ id: z.string(), name: z.string(), version: z.number().int() });

/** Answer to `GET /models/:id/compare`. */
export const modelComparisonSchema = z.object({
  model: comparedModel,
  with: comparedModel,
  /** Every target that both have a result on by the same measure, by name. */
  targets: z.array(
    z.object({
      target: z.string(),
      measure: z.string(),
      model: modelMetricSchema.omit({ target: true, measure: true }),
      with: modelMetricSchema.omit({ target: true, measure: true }),
      /** Of `model` less that of `with`. */
      difference: z.number(),
      /** null: one of them has no interval. True: the difference may be chance. */
      intervalsOverlap: z.boolean().nullable(),
    }),
  ),
  /** Targets that only one of them has a result on. */
  onlyModel: z.array(z.string()),
  onlyWith: z.array(z.string()),
});
export type ModelComparison = z.output<typeof modelComparisonSchema>;

/** Answer to `PUT` and `GET /models/:id/aliases/:alias`. */
export const modelAliasViewSchema = z.object({
  name: z.string(),
  alias: z.string(),
  /** Revision of the alias: every move takes the next one. */
  number: z.number().int(),
  modelId: z.string(),
  version: z.number().int(),
  since: time,
  /** Who held it before; null: nobody. */
  previous: z.object({ modelId: z.string(), version: z.number().int() }).nullable(),
});
export type ModelAliasView = z.output<typeof modelAliasViewSchema>;

/** Answer to `GET /models/:id/aliases/:alias/holders`: newest first. */
export const aliasHolderListSchema = z.object({
  holders: z.array(
    z.object({
      number: z.number().int(),
      modelId: z.string(),
      version: z.number().int(),
      since: time,
      /** null: it holds it now. */
      until: time.nullable(),
      setBy: z.string(),
      endedBy: z.string().nullable(),
    }),
  ),
  next: z.string().nullable(),
});
export type AliasHolderList = z.output<typeof aliasHolderListSchema>;

/** Formats in which a model's files can be had. */
export const FILE_FORMATS = ['arcfleet', 'torch', ...EXPORT_FORMATS] as const;
export type FileFormat = (typeof FILE_FORMATS)[number];

/** Answer to `GET /models/:id/files`. */
export const modelFilesSchema = z.object({
  modelId: z.string(),
  format: z.enum(FILE_FORMATS),
  files: z.array(z.object({ name: z.string(), sizeBytes: z.number(), sha256: z.string(), url: z.string() })),
});
export type ModelFiles = z.output<typeof modelFilesSchema>;

/** The same while a worker makes them: 202. */
export const pendingFilesSchema = z.object({
  modelId: z.string(),
  format: z.enum(EXPORT_FORMATS),
  taskId: z.string(),
  urls: z.object({ task: z.string() }),
});
export type PendingFiles = z.output<typeof pendingFilesSchema>;
