import { ArcFleetError } from '#contracts';
import { DEFAULT_TIMING } from '../../collective.js';
import type { CollectiveAddress, CollectiveTiming } from '../../collective.js';
import type { WireCollectiveOptions } from '../../protocol/wire-collective.js';

/** What every transport that meets in Redis can be told. */
export interface TransportOptions {
  readonly address: CollectiveAddress;
  readonly redisUrl: string;
  readonly timing?: Partial<CollectiveTiming>;
  /** What ranks must have alike, as text. Ranks with different ones refuse each other; one without joins any. */
  readonly token?: string;
  /** Ranks that reduce together must have the same. */
  readonly chunkBytes?: number;
  readonly straightReduceBytes?: number;
  /** Payload bytes that a rank may have sent before its peers have consumed them: in Redis, or to one peer over TCP. */
  readonly windowBytes?: number;
}

export interface SettledOptions {
  readonly address: CollectiveAddress;
  readonly timing: CollectiveTiming;
  readonly token: string;
  readonly windowBytes: number;
  /** How long the keys of a generation outlive its last heartbeat. */
  readonly ttlMs: number;
  readonly collective: WireCollectiveOptions;
}

const DEFAULT_WINDOW_BYTES = 32 << 20;
const MIN_TTL_MS = 60_000;

/** Fills in what was left open. @throws ArcFleetError `config_invalid` when the address is not one of a rank. */
export function settleOptions(options: TransportOptions): SettledOptions {
  const { address, token = '', chunkBytes, straightReduceBytes, windowBytes = DEFAULT_WINDOW_BYTES } = options;
  const { runId, generation, rank, worldSize } = address;
  const isValid = [generation, rank, worldSize].every(Number.isInteger) && rank >= 0 && rank < worldSize && runId !== '';
  if (!isValid)
    throw new ArcFleetError('config_invalid', `Not the address of a rank: ${JSON.stringify(address)}.`, { ...address });
  const timing: CollectiveTiming = { ...DEFAULT_TIMING, ...options.timing };
  return {
    address,
    timing,
    token,
    windowBytes,
    ttlMs: Math.max(MIN_TTL_MS, 10 * timing.peerTimeoutMs),
    collective: {
      progressMs: timing.progressMs,
      ...(chunkBytes === undefined ? {} : { chunkBytes }),
      ...(straightReduceBytes === undefined ? {} : { straightReduceBytes }),
    },
  };
}
