import type { Redis } from 'ioredis';
import { ArcFleetError } from '#contracts';
import { encodeHeader } from '../../protocol/frame.js';
import type { Lane, OutgoingFrame } from '../../protocol/wire.js';
import type { GenerationKeys } from '../coordination/keys.js';

export interface OutboxOptions {
  readonly writer: Redis;
  readonly keys: GenerationKeys;
  readonly rank: number;
  readonly worldSize: number;
  /** Payload bytes that peers have not acknowledged; more than that waits here. */
  readonly windowBytes: number;
  /** Acknowledgements to put on an entry of that lane. */
  readonly acks: (lane: Lane) => Buffer;
  readonly onLost: (error: ArcFleetError) => void;
}

interface OwnLane {
  readonly key: string;
  /** Number of the last entry written. */
  last: number;
  /** Highest entry that each reader has acknowledged. */
  readonly acked: Map<number, number>;
  /** Sizes of entries `firstKept`.. `last`, which some reader still needs. */
  readonly sizes: number[];
  firstKept: number;
  /** First entry that Redis has been told to keep. */
  trimmedTo: number;
}

interface Waiting {
  readonly lane: OwnLane;
  readonly name: Lane;
  readonly frame: OutgoingFrame;
  readonly resolve: () => void;
}

/**
 * Own streams: numbers the entries, keeps at most a window of unacknowledged bytes in Redis, trims what all readers have.
 * Entry ids are `<number in the lane>-<sequence + 1>`: explicit, so that an XADD sent again after a reconnect cannot appear twice.
 */
export class Outbox {
  readonly #options: OutboxOptions;
  readonly #lanes = new Map<Lane, OwnLane>();
  readonly #queue: Waiting[] = [];
  #unackedBytes = 0;
  #onEmpty: (() => void) | null = null;

  constructor(options: OutboxOptions) {
    this.#options = options;
    const { keys, rank, worldSize } = options;
    const peers = Array.from({ length: worldSize }, (_, peer) => peer).filter((peer) => peer !== rank);
    const lane = (key: string, readers: number[]): OwnLane => ({
      key,
      last: 0,
      acked: new Map(readers.map((reader) => [reader, 0])),
      sizes: [],
      firstKept: 1,
      trimmedTo: 1,
    });
    this.#lanes.set('all', lane(keys.all(rank), peers));
    for (const peer of peers) this.#lanes.set(peer, lane(keys.to(rank, peer), [peer]));
  }

  /** Resolves when Redis has the frame. Never rejects: a loss goes to `onLost`. */
  send(name: Lane, frame: OutgoingFrame, urgent: boolean): Promise<void> {
    const lane = this.#lanes.get(name)!;
    return new Promise((resolve) => {
      const waiting: Waiting = { lane, name, frame, resolve };
      if (urgent || (this.#queue.length === 0 && this.#hasRoom(frame))) this.#write(waiting);
      else this.#queue.push(waiting);
    });
  }

  /** A reader has consumed my common lane up to entry `all`, its own lane up to entry `own`. */
  acknowledge(reader: number, all: number, own: number): void {
    this.#acknowledgeLane('all', reader, all);
    this.#acknowledgeLane(reader, reader, own);
    while (this.#queue.length > 0 && this.#hasRoom(this.#queue[0]!.frame)) this.#write(this.#queue.shift()!);
    if (this.#isEmpty()) this.#onEmpty?.();
  }

  /** The reader has left: it needs nothing more. */
  forget(reader: number): void {
    this.acknowledge(reader, Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER);
  }

  /** Deletes what all readers have from lanes whose next entry, which would do it, is not in sight. */
  trimIdle(): void {
    for (const lane of this.#lanes.values()) {
      if (lane.firstKept === lane.trimmedTo) continue;
      lane.trimmedTo = lane.firstKept;
      // On the writers' connection, so that it cannot pass an entry. Its loss costs memory only; a lost stream shows in the heartbeat.
      this.#options.writer.xtrim(lane.key, 'MINID', `${lane.firstKept}-0`).catch(() => undefined);
    }
  }

  /** Numbers of the last entries: common lane, and the lane to `reader`. */
  lastEntries(reader: number): { all: number; own: number } {
    return { all: this.#lanes.get('all')!.last, own: this.#lanes.get(reader)!.last };
  }

  /** Resolves when every reader has acknowledged everything. */
  drained(): Promise<void> {
    return new Promise((resolve) => {
      this.#onEmpty = resolve;
      if (this.#isEmpty()) resolve();
    });
  }

  #isEmpty(): boolean {
    return this.#queue.length === 0 && [...this.#lanes.values()].every((lane) => lane.firstKept > lane.last);
  }

  #hasRoom({ sizeBytes }: OutgoingFrame): boolean {
    return this.#unackedBytes === 0 || this.#unackedBytes + sizeBytes <= this.#options.windowBytes;
  }

  #acknowledgeLane(name: Lane, reader: number, entry: number): void {
    const lane = this.#lanes.get(name)!;
    if (entry <= lane.acked.get(reader)!) return;
    lane.acked.set(reader, entry);
    const everyone = Math.min(...lane.acked.values());
    while (lane.firstKept <= Math.min(everyone, lane.last)) {
      this.#unackedBytes -= lane.sizes.shift()!;
      lane.firstKept++;
    }
  }

  #write({ lane, name, frame, resolve }: Waiting): void {
    const { writer, acks, onLost } = this.#options;
    lane.last++;
    lane.sizes.push(frame.sizeBytes);
    this.#unackedBytes += frame.sizeBytes;
    const id = `${lane.last}-${frame.sequence + 1}`;
    const { header, data: view } = frame.frame();
    const data = Buffer.from(view.buffer, view.byteOffset, view.byteLength);
    // Trimming rides on the next entry: what everybody has goes in the same command. No `=` after MINID: js-redis-server knows none.
    const minId = `${lane.firstKept}-0`;
    lane.trimmedTo = lane.firstKept;
    const head = Buffer.from(encodeHeader(header).buffer);
    writer.callBuffer('XADD', lane.key, 'NOMKSTREAM', 'MINID', minId, id, 'h', head, 'a', acks(name), 'd', data).then(
      (reply) => {
        if (reply !== null) return resolve();
        onLost(new ArcFleetError('collective_lost', `Redis has lost the stream ${lane.key}.`, { key: lane.key, entry: id }));
      },
      (error: Error) => {
        // Answer to an XADD that was sent again after a reconnect: the first one had arrived.
        if (error.message.includes('equal or smaller')) return resolve();
        const message = `Redis refused entry ${id} of ${lane.key}: ${error.message}`;
        onLost(new ArcFleetError('collective_lost', message, { key: lane.key, entry: id }));
      },
    );
  }
}
