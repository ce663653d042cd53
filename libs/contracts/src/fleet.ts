import { z } from 'zod';
import { ENGINES } from './catalog.js';
import { rankAddressSchema } from './records.js';

/**
 * The control plane in Redis. Everything here may be lost at any time: workers write their record again at the next
 * beat, `results` writes commands again from Postgres at the next sweep. All keys expire.
 */
export const CONTROL_PREFIX = 'arcfleet';

export const controlKeys = {
  /** Stream of {@link ProgressRecord}: field `record`, JSON. Consumer group {@link RESULTS_GROUP}. */
  progress: `${CONTROL_PREFIX}:progress`,
  /**
   * Hash `"<rank>"` -> `"<nextSeq>/<workerId>"`: the next expected `seq` and the worker whose claim stands; written by
   * `results` after commit, and again whenever a record arrives that it did not expect.
   */
  watermark: (runId: string, generation: number) => `${CONTROL_PREFIX}:watermark:${runId}:${generation}`,
  /** Pub/sub hint that a watermark moved; payload `"<runId>/<generation>/<rank>/<nextSeq>/<workerId>"`. */
  watermarkChannel: `${CONTROL_PREFIX}:watermarks`,
  /** Sorted set of worker ids by last beat (ms since epoch). */
  workers: `${CONTROL_PREFIX}:workers`,
  /** {@link WorkerRecord} as JSON, expires after {@link WORKER_TTL_MS}. */
  worker: (workerId: string) => `${CONTROL_PREFIX}:worker:${workerId}`,
  /** {@link GenerationCommand} as JSON: the command in force for a generation. Supervisors read it at every beat. */
  command: (runId: string, generation: number) => `${CONTROL_PREFIX}:command:${runId}:${generation}`,
  /** Pub/sub hint that a command was written; payload `"<runId>/<generation>"`. */
  commandChannel: `${CONTROL_PREFIX}:commands`,
  /** Stream of {@link LogBatch}: field `batch`, JSON. Capped; read by whoever holds the lease of logs. */
  logs: `${CONTROL_PREFIX}:logs`,
  /** {@link FleetDemand} as JSON, written by `results` at every admission tick, read by autoscalers. */
  demand: `${CONTROL_PREFIX}:demand`,
  /** Set to "1" by an autoscaler that wants this worker to take no more jobs and to leave when idle. */
  retire: (workerId: string) => `${CONTROL_PREFIX}:retire:${workerId}`,
} as const;

export const RESULTS_GROUP = 'results';
export const HEARTBEAT_MS = 1_000;
export const WORKER_TTL_MS = 8_000;
/** How long commands and watermarks live without being renewed. */
export const CONTROL_TTL_MS = 24 * 3_600_000;

/** Prefix of BullMQ's keys. */
export const QUEUE_PREFIX = `${CONTROL_PREFIX}-bull`;

export const busySlotSchema = rankAddressSchema.extend({
  slot: z.number().int().min(0),
  /** What the trainer is doing: `starting`, `rendezvous`, `training`, `verifying`, `checkpointing`, `finishing`. */
  phase: z.string(),
  step: z.number().int().min(0).nullable(),
  trainerPid: z.number().int().nullable(),
});
export type BusySlot = z.output<typeof busySlotSchema>;

/** A worker's own description, written at every beat. A slot is one rank: one GPU or a share of the CPU. */
export const workerRecordSchema = z.strictObject({
  workerId: z.string(),
  host: z.string(),
  pid: z.number().int(),
  version: z.string(),
  /** The engine it was told to use; `auto`: the best one it has. */
  engine: z.enum(['auto', ...ENGINES]),
  slots: z.number().int().min(1),
  busy: z.array(busySlotSchema),
  /** True: it is leaving and must be given nothing; what was admitted before this showed it still takes. */
  draining: z.boolean(),
  startedAt: z.iso.datetime(),
  at: z.iso.datetime(),
});
export type WorkerRecord = z.output<typeof workerRecordSchema>;

/**
 * `stop`: checkpoint at the same step on all ranks, hand the slots back (the run goes on in a later generation).
 * `cancel`: stop at the same step without a checkpoint. `abort`: the generation is over, kill the trainer now.
 */
export const generationCommandSchema = z.strictObject({
  command: z.enum(['stop', 'cancel', 'abort']),
  reason: z.string(),
});
export type GenerationCommand = z.output<typeof generationCommandSchema>;

/** Demand in ranks, aware of gangs: what an autoscaler needs to know and nothing else. */
export const fleetDemandSchema = z.strictObject({
  /** Ranks with a slot reserved or in use. */
  reservedRanks: z.number().int().min(0),
  /** Ranks of queued runs that could be admitted if there were slots, oldest first, whole gangs only. */
  waitingGangs: z.array(
    z.strictObject({
      runId: z.string(),
      /** Wanted. */
      ranks: z.number().int().min(1),
      /** What it settles for when there are no more. */
      minRanks: z.number().int().min(1),
    }),
  ),
  at: z.iso.datetime(),
});
export type FleetDemand = z.output<typeof fleetDemandSchema>;
