import type { Collective } from '../collective.js';
import { DEFAULT_TIMING } from '../collective.js';
import { WireCollective } from '../protocol/wire-collective.js';
import { InMemoryHub, InMemoryWire } from './in-memory-wire.js';
import type { Delivery } from './in-memory-wire.js';

export interface InMemoryOptions {
  readonly generation?: number;
  readonly progressMs?: number;
  readonly chunkBytes?: number;
  readonly straightReduceBytes?: number;
  /** How frames reach their readers; default: in order, in the next microtask. */
  readonly delivery?: Delivery;
}

export interface InMemoryGroup {
  readonly collectives: Collective[];
  /** Lets a rank vanish; its peers' calls reject with `peer_lost`. */
  kill(rank: number): void;
}

/** All ranks of a generation inside this process, with a way to lose one. */
export function createInMemoryGroup(worldSize: number, options: InMemoryOptions = {}): InMemoryGroup {
  const { generation = 1, progressMs = DEFAULT_TIMING.progressMs, delivery, ...rest } = options;
  const hub = new InMemoryHub(worldSize, generation, delivery);
  const collectives = Array.from(
    { length: worldSize },
    (_, rank) => new WireCollective(new InMemoryWire(hub, rank), { progressMs, ...rest }),
  );
  return { collectives, kill: (rank) => hub.kill(rank) };
}

/** One collective per rank, in rank order, for tests and for runs of one rank. */
export function createInMemoryCollectives(worldSize: number, options: InMemoryOptions = {}): Collective[] {
  return createInMemoryGroup(worldSize, options).collectives;
}
