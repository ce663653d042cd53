import type { RankJob } from './jobs.js';
import type { RecordBody } from './records.js';
import type { EngineName } from './catalog.js';
import type { RemoteAccess } from './remote-access.js';

/**
 * Messages between a worker's supervisor and its trainer child (Node IPC channel). File descriptor 4 of the trainer is
 * one more pipe from the supervisor, never written to: its end of file means that the supervisor is dead, and the trainer's
 * communication thread kills the process, even in the middle of a kernel.
 */
export interface TrainerSettings {
  engine: EngineName | 'auto';
  /** Threads that the engine may use. */
  threads: number;
  /** Folder of engines that do not come with npm; default: the user's. */
  engineFolder?: string;
  /** Redis that carries tensors. */
  redisUrl: string;
  /** Where peers reach this machine, for the tcp transport; default: the address from which it reaches Redis, and any free port. */
  advertiseHost?: string;
  tcpPorts?: [number, number];
  /** Folder for checkpoints and models, shared by all workers. */
  storageRoot: string;
  /** Folders from which models may be imported; default: from everywhere that the worker can read. */
  importRoots?: string[];
  /** How data sets under `s3://` are reached and where the cache of data sets lies; default: no cache. */
  dataAccess?: RemoteAccess;
  /** Faults to inject, for chaos tests only (see `libs/trainer/src/faults.ts`). */
  faults?: string;
}

export type ToTrainer =
  | { type: 'start'; job: RankJob; settings: TrainerSettings }
  /** Rides as a bit in the next all-gather, so that all ranks act at the same step. */
  | { type: 'stop'; mode: 'stop' | 'cancel' }
  /** All records up to and including this `seq` are committed in Postgres. */
  | { type: 'committed'; seq: number };

export type FromTrainer =
  | { type: 'ready' }
  /** Takes the next `seq` of the rank's channel; seqs are counted by both sides from 0, `rank.claimed` being the supervisor's 0. */
  | { type: 'record'; body: RecordBody }
  | { type: 'phase'; phase: string; step: number | null }
  | { type: 'log'; level: 'debug' | 'info' | 'warn' | 'error'; message: string; fields?: Record<string, unknown> };

/** Number of the pipe that the trainer watches. 0-2 stdio, 3 Node's IPC channel. */
export const LIFELINE_FD = 4;
