import { ArcFleetError } from '#contracts';
import { Assembler } from './assembler.js';
import type { CallFacts, Frame, FrameHeader } from './frame.js';
import type { Message } from './message.js';
import type { Sink } from './sink.js';

interface Slot {
  readonly rank: number;
  readonly sink: Sink;
  readonly complete: Promise<void>;
  resolve(): void;
  done: boolean;
  /** When this rank began to wait for it, ms; null while nobody waits. */
  since: number | null;
}

/** One collective call of this rank: what ranks must agree on, and what has arrived of it. */
export class Call {
  readonly sequence: number;
  readonly facts: CallFacts;
  /** Rejects when the collective breaks; never resolves. */
  readonly failed: Promise<never>;
  readonly #slots = new Map<string, Slot>();
  readonly #now: () => number;
  #reject!: (error: ArcFleetError) => void;

  constructor(sequence: number, facts: CallFacts, now: () => number) {
    this.sequence = sequence;
    this.facts = facts;
    this.#now = now;
    this.failed = new Promise((_, reject) => {
      this.#reject = reject;
    });
    this.failed.catch(() => undefined);
  }

  /** Message of `rank` for `stage`, whenever it is complete. */
  async receive(rank: number, stage: number): Promise<Message> {
    const slot = this.#slot(rank, stage);
    slot.since ??= this.#now();
    await slot.complete;
    return (slot.sink as Assembler).message!;
  }

  /** The message of `rank` for `stage` goes into `sink`; to be said before a frame of it can have come. */
  expect(rank: number, stage: number, sink: Sink): void {
    this.#addSlot(rank, stage, sink);
  }

  /** Resolves when the sinks of `ranks` for `stage` have everything. From now on this rank waits for it. */
  async complete(ranks: readonly number[], stage: number): Promise<void> {
    const slots = ranks.map((rank) => this.#slot(rank, stage));
    for (const slot of slots) slot.since ??= this.#now();
    await Promise.all(slots.map((slot) => slot.complete));
  }

  /** Where the data of that frame should lie; null: anywhere. */
  place(header: FrameHeader, length: number): Uint8Array | null {
    if (this.#difference(header) !== undefined) return null;
    const slot = this.#slot(header.from, header.stage);
    return slot.done ? null : slot.sink.place(header, length);
  }

  /**
   * Takes a frame of a peer and returns the bytes that were new.
   * @throws ArcFleetError `collective_mismatch` when the peer called something else under this sequence.
   */
  accept(frame: Frame): number {
    const { header } = frame;
    const different = this.#difference(header);
    if (different !== undefined) {
      const what = different === 'agreement' ? 'lengths' : different;
      throw new ArcFleetError(
        'collective_mismatch',
        `Ranks disagree about sequence ${this.sequence}: here ${describe(this.facts)}, on rank ${header.from} ${describe(header)} (${what} differ).`,
        { sequence: this.sequence, rank: header.from, field: what },
      );
    }
    const slot = this.#slot(header.from, header.stage);
    if (slot.done) return 0;
    const before = slot.sink.receivedBytes;
    if (slot.sink.add(frame)) {
      slot.done = true;
      slot.resolve();
    }
    return slot.sink.receivedBytes - before;
  }

  fail(error: ArcFleetError): void {
    this.#reject(error);
  }

  /** Peers that somebody waits for, and since when. */
  *waiting(): Generator<{ rank: number; since: number }> {
    for (const { rank, done, since } of this.#slots.values()) if (!done && since !== null) yield { rank, since };
  }

  #slot(rank: number, stage: number): Slot {
    return this.#slots.get(keyOf(rank, stage)) ?? this.#addSlot(rank, stage, new Assembler());
  }

  #addSlot(rank: number, stage: number, sink: Sink): Slot {
    let resolve!: () => void;
    const complete = new Promise<void>((settle) => {
      resolve = settle;
    });
    const slot: Slot = { rank, sink, complete, resolve, done: false, since: null };
    this.#slots.set(keyOf(rank, stage), slot);
    return slot;
  }

  /** Name of a fact about which that frame's sender disagrees. */
  #difference(header: FrameHeader) {
    const names = ['operation', 'reduction', 'wire', 'root', 'agreement'] as const;
    return names.find((name) => header[name] !== this.facts[name]);
  }
}

const keyOf = (rank: number, stage: number) => `${stage}:${rank}`;

function describe({ operation, reduction, wire, root }: CallFacts): string {
  const parts = [reduction, wire === 'bfloat16' ? wire : null, root === null ? null : `root ${root}`].filter(
    (part) => part !== null,
  );
  return parts.length === 0 ? operation : `${operation} (${parts.join(', ')})`;
}
