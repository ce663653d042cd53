import { ArcFleetError, errorFromReport } from '#contracts';
import type { ErrorReport } from '#contracts';
import { abortSeenBy } from '../protocol/abort.js';
import type { Frame } from '../protocol/frame.js';
import type { Lane, OutgoingFrame, Wire, WireReceiver } from '../protocol/wire.js';

/** Decides how a frame reaches a rank: call `deliver` now, later, twice or never. For tests. */
export type Delivery = (to: number, frame: Frame, deliver: () => void) => void;

const nextTick: Delivery = (_to, _frame, deliver) => queueMicrotask(deliver);

/** The ranks of one generation inside one process; what one sends the others get as copies. */
export class InMemoryHub {
  readonly worldSize: number;
  readonly generation: number;
  readonly delivery: Delivery;
  readonly #receivers: (WireReceiver | null)[];

  constructor(worldSize: number, generation: number, delivery: Delivery = nextTick) {
    this.worldSize = worldSize;
    this.generation = generation;
    this.delivery = delivery;
    this.#receivers = Array.from({ length: worldSize }, () => null);
  }

  attach(rank: number, receiver: WireReceiver): void {
    this.#receivers[rank] = receiver;
  }

  send(from: number, lane: Lane, frame: Frame): void {
    if (this.#receivers[from] === null) return;
    for (let rank = 0; rank < this.worldSize; rank++) {
      if (rank === from || (lane !== 'all' && lane !== rank)) continue;
      const copy: Frame = { header: frame.header, data: Uint8Array.from(frame.data) };
      const deliver = () => this.#receivers[rank]?.onFrame({ ...copy, consumed: () => undefined });
      this.delivery(rank, copy, deliver);
    }
  }

  tellOthers(from: number, tell: (receiver: WireReceiver, rank: number) => void): void {
    if (this.#receivers[from] === null) return;
    this.#receivers.forEach((receiver, rank) => {
      if (receiver !== null && rank !== from) queueMicrotask(() => tell(receiver, rank));
    });
  }

  /** The rank is gone without a word: nothing it sends or gets counts any more, and its peers are told who is missing. */
  kill(rank: number): void {
    this.tellOthers(rank, (receiver) =>
      receiver.onFailure(new ArcFleetError('peer_lost', `Rank ${rank} is gone.`, { rank, reportedBy: rank })),
    );
    this.#receivers[rank] = null;
  }

  detach(rank: number): void {
    this.tellOthers(rank, (receiver) => receiver.onLeft(rank));
    this.#receivers[rank] = null;
  }
}

/** Twin of the real transports: same protocol, no sockets, no clock. */
export class InMemoryWire implements Wire {
  readonly rank: number;
  readonly worldSize: number;
  readonly generation: number;
  readonly hasChecksums = true;
  readonly #hub: InMemoryHub;

  constructor(hub: InMemoryHub, rank: number) {
    this.#hub = hub;
    this.rank = rank;
    this.worldSize = hub.worldSize;
    this.generation = hub.generation;
  }

  start(receiver: WireReceiver): void {
    this.#hub.attach(this.rank, receiver);
  }

  send(lane: Lane, frame: OutgoingFrame): Promise<void> {
    this.#hub.send(this.rank, lane, frame.frame());
    return Promise.resolve();
  }

  extendLease(ms: number, phase: string, sequence: number): void {
    this.#hub.tellOthers(this.rank, (receiver) => receiver.onLease(this.rank, ms, phase, sequence));
  }

  abort(report: ErrorReport): Promise<void> {
    this.#hub.tellOthers(this.rank, (receiver, rank) =>
      receiver.onFailure(errorFromReport(abortSeenBy(rank, this.rank, report))),
    );
    return Promise.resolve();
  }

  close(): Promise<void> {
    this.#hub.detach(this.rank);
    return Promise.resolve();
  }
}
