import { z } from 'zod';
import { rankAddressSchema } from './records.js';

/**
 * Logs of ranks. They ride on a stream of their own ({@link controlKeys.logs}): capped, lossy by design, never in the way of records or of
 * a step. What got lost on the way shows as a hole in `line` and is said in the log.
 */
export const RUN_LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const;
export type RunLogLevel = (typeof RUN_LOG_LEVELS)[number];

export const LOG_LIMITS = {
  /** Longest message, and most JSON of its fields, in bytes of UTF-8; longer ones are cut. */
  messageBytes: 4_096,
  fieldsBytes: 4_096,
  /** Lines that a rank may log for long, and how many at once. */
  linesPerSecond: 50,
  burstLines: 500,
  /** Lines and bytes that one entry of the stream carries. */
  entryLines: 200,
  entryBytes: 65_536,
} as const;

const count = z.number().int().min(0).max(2_147_483_647);

export const newLogLineSchema = z.strictObject({
  /** Counts what the rank has logged on this worker, from 0; a line that was dropped leaves a hole. */
  line: count,
  /** When it was logged, by the worker's clock. */
  at: z.iso.datetime(),
  level: z.enum(RUN_LOG_LEVELS),
  message: z.string().max(2 * LOG_LIMITS.messageBytes),
  fields: z.record(z.string(), z.unknown()).optional(),
});
export type NewLogLine = z.output<typeof newLogLineSchema>;

/** One entry of the stream: lines of one rank, in order. */
export const logBatchSchema = rankAddressSchema.extend({
  workerId: z.string().min(1).max(300),
  lines: z.array(newLogLineSchema).min(1).max(LOG_LIMITS.entryLines),
});
export type LogBatch = z.output<typeof logBatchSchema>;

export const logLineSchema = z.object({
  /** Position in the log of the run, from 1. */
  seq: z.number().int(),
  at: z.iso.datetime(),
  generation: z.number().int(),
  rank: z.number().int(),
  level: z.enum(RUN_LOG_LEVELS),
  message: z.string(),
  fields: z.record(z.string(), z.unknown()).nullable(),
});
export type LogLine = z.output<typeof logLineSchema>;

/** Answer to `GET /runs/:id/logs`. */
export const logPageSchema = z.object({
  lines: z.array(logLineSchema),
  /** Where the next page is; null: there is no more for now. */
  next: z.string().nullable(),
});
export type LogPage = z.output<typeof logPageSchema>;
