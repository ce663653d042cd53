import { z } from 'zod';
import { storedModelSchema } from '../run-view.js';
import { RUN_STATUSES } from '../statuses.js';
import { verificationScoresSchema } from '../verification.js';
import { scoreSummarySchema } from './evaluation-scores.js';

const time = z.iso.datetime();

/** A stored model. */
export const modelViewSchema = storedModelSchema.extend({
  /** Run that trained it. */
  runId: z.string(),
  network: z.string(),
  embeddingSize: z.number().int(),
  createdAt: time,
  urls: z.object({ self: z.string(), run: z.string(), embeddings: z.string() }),
});
export type ModelView = z.output<typeof modelViewSchema>;

/** Answer to `GET /models`: newest first. */
export const modelListSchema = z.object({ models: z.array(modelViewSchema), next: z.string().nullable() });
export type ModelList = z.output<typeof modelListSchema>;

/** Answer to `GET /models/:id`: where it comes from and what it scored. */
export const modelDetailsSchema = modelViewSchema.extend({
  run: z.object({
    id: z.string(),
    name: z.string().nullable(),
    status: z.enum(RUN_STATUSES),
    /** SHA-256 of the stored configuration without name and labels: equal ones trained with the same settings. */
    configDigest: z.string(),
  }),
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
