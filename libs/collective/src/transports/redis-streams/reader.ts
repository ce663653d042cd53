import type { Redis } from 'ioredis';
import { ArcFleetError } from '#contracts';
import { decodeHeader } from '../../protocol/frame.js';
import type { IncomingFrame } from '../../protocol/wire.js';
import type { GenerationKeys } from '../coordination/keys.js';

/** Longest wait of one read; nothing is a normal answer. */
const BLOCK_MS = 1_000;
/** Entries per stream and read, so that one answer stays within a few megabytes. */
const COUNT = 8;

export interface ReaderOptions {
  readonly reader: Redis;
  readonly keys: GenerationKeys;
  readonly rank: number;
  readonly worldSize: number;
  /** Consumed bytes of one peer after which it is told at once, so that its window never closes for long. */
  readonly ackBytes: number;
  readonly onFrame: (frame: IncomingFrame) => void;
  /** Peer `from` has consumed my entries up to these numbers. */
  readonly onAck: (from: number, all: number, own: number) => void;
  readonly onMessage: (text: string) => void;
  /** The peer should be told what has been consumed of its lanes. */
  readonly onAckDue: (peer: number) => void;
  readonly onLost: (error: ArcFleetError) => void;
}

/** A stream of a peer that this rank reads. */
class PeerLane {
  readonly key: string;
  readonly from: number;
  lastId = '0-0';
  lastRead = 0;
  /** Entries up to this one have all been consumed. */
  consumed = 0;
  /** Position that the peer was told last. */
  told = 0;
  bytesSinceTold = 0;
  readonly #ahead = new Set<number>();

  constructor(key: string, from: number) {
    this.key = key;
    this.from = from;
  }

  consume(entry: number, bytes: number): void {
    this.#ahead.add(entry);
    this.bytesSinceTold += bytes;
    while (this.#ahead.delete(this.consumed + 1)) this.consumed++;
  }
}

/** Follows the peers' streams and the own inbox with one blocking read, keeps its place in each, and notices holes. */
export class StreamReader {
  readonly #options: ReaderOptions;
  readonly #lanes = new Map<string, PeerLane>();
  readonly #all: (PeerLane | null)[] = [];
  readonly #own: (PeerLane | null)[] = [];
  readonly #inboxKey: string;
  readonly #promptly = new Set<number>();
  #inboxId = '0-0';
  #isStopped = false;
  #numReads = 0;

  constructor(options: ReaderOptions) {
    this.#options = options;
    const { keys, rank, worldSize } = options;
    this.#inboxKey = keys.inbox(rank);
    for (let peer = 0; peer < worldSize; peer++) {
      const isSelf = peer === rank;
      this.#all[peer] = isSelf ? null : new PeerLane(keys.all(peer), peer);
      this.#own[peer] = isSelf ? null : new PeerLane(keys.to(peer, rank), peer);
      for (const lane of [this.#all[peer], this.#own[peer]]) if (lane) this.#lanes.set(lane.key, lane);
    }
  }

  /** Reads until stopped. */
  async run(): Promise<void> {
    const { reader, onLost } = this.#options;
    const lanes = [...this.#lanes.values()];
    const keys = [this.#inboxKey, ...lanes.map(({ key }) => key)];
    while (!this.#isStopped) {
      const ids = [this.#inboxId, ...lanes.map(({ lastId }) => lastId)];
      let reply: unknown;
      try {
        reply = await reader.callBuffer('XREAD', 'COUNT', COUNT, 'BLOCK', BLOCK_MS, 'STREAMS', ...keys, ...ids);
      } catch (error) {
        if (this.#isStopped) return;
        onLost(new ArcFleetError('collective_lost', `Reading from Redis failed: ${(error as Error).message}`));
        return;
      }
      if (reply !== null) this.#take(reply as [Buffer, [Buffer, Buffer[]][]][]);
      this.#numReads++;
    }
  }

  stop(): void {
    this.#isStopped = true;
  }

  /** Answers that have been taken, empty ones included. */
  get numReads(): number {
    return this.#numReads;
  }

  /** What to tell `peer` of its lanes: numbers of the entries up to which all have been consumed. */
  position(peer: number): { all: number; own: number } {
    return { all: this.#all[peer]?.consumed ?? 0, own: this.#own[peer]?.consumed ?? 0 };
  }

  /** The peer has just been told. */
  markTold(peer: number): void {
    for (const lane of [this.#all[peer], this.#own[peer]]) {
      if (!lane) continue;
      lane.told = lane.consumed;
      lane.bytesSinceTold = 0;
    }
  }

  isAckDue(peer: number): boolean {
    return [this.#all[peer], this.#own[peer]].some((lane) => lane && lane.consumed > lane.told);
  }

  /** From now on the peer hears of every consumption at once (it is closing and waits for it). */
  tellPromptly(peer: number): void {
    this.#promptly.add(peer);
  }

  /** True when all entries of the peer up to these numbers have been read. */
  hasRead(peer: number, all: number, own: number): boolean {
    return this.#all[peer]!.lastRead >= all && this.#own[peer]!.lastRead >= own;
  }

  #take(reply: [Buffer, [Buffer, Buffer[]][]][]): void {
    const messages: string[] = [];
    for (const [key, entries] of reply) {
      const name = key.toString();
      const lane = this.#lanes.get(name);
      for (const [id, fields] of entries) {
        if (this.#isStopped) return;
        if (lane !== undefined) this.#takeEntry(lane, id.toString(), fields);
        else {
          this.#inboxId = id.toString();
          messages.push(fields[1]!.toString());
        }
      }
    }
    // After the frames: a goodbye counts frames that came with it.
    for (const message of messages) this.#options.onMessage(message);
  }

  #takeEntry(lane: PeerLane, id: string, fields: Buffer[]): void {
    const { onFrame, onAck, onLost, onAckDue, rank, worldSize, ackBytes } = this.#options;
    const entry = Number(id.slice(0, id.indexOf('-')));
    if (entry !== lane.lastRead + 1) {
      const message = `Entries ${lane.lastRead + 1} to ${entry - 1} of ${lane.key} are gone.`;
      onLost(
        new ArcFleetError('collective_lost', message, { key: lane.key, rank: lane.from, expected: lane.lastRead + 1, entry }),
      );
      return;
    }
    lane.lastRead = entry;
    lane.lastId = id;
    const [, header, , acks, , data] = fields;
    if (header === undefined || acks?.length !== 8 * worldSize || data === undefined) {
      onLost(
        new ArcFleetError('collective_mismatch', `Entry ${id} of ${lane.key} is not a frame.`, {
          key: lane.key,
          rank: lane.from,
        }),
      );
      return;
    }
    onAck(lane.from, acks.readUInt32LE(8 * rank), acks.readUInt32LE(8 * rank + 4));
    const consumed = () => {
      lane.consume(entry, data.length);
      if (lane.bytesSinceTold >= ackBytes || this.#promptly.has(lane.from)) onAckDue(lane.from);
    };
    try {
      onFrame({ header: decodeHeader(header, lane.from), data, consumed });
    } catch (error) {
      onLost(error as ArcFleetError);
    }
  }
}
