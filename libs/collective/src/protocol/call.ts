import { ArcFleetError } from '#contracts';
import type { CallFacts, Frame } from './frame.js';
import { Assembler } from './message.js';
import type { Message } from './message.js';

interface Slot {
  readonly rank: number;
  readonly assembler: Assembler;
  readonly message: Promise<Message>;
  resolve(message: Message): void;
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
  receive(rank: number, stage: number): Promise<Message> {
    const slot = this.#slot(rank, stage);
    slot.since ??= this.#now();
    return slot.message;
  }

  /**
   * Takes a frame of a peer and returns the bytes that were new.
   * @throws ArcFleetError `collective_mismatch` when the peer called something else under this sequence.
   */
  accept(frame: Frame): number {
    const { header } = frame;
    const names = ['operation', 'reduction', 'wire', 'root', 'agreement'] as const;
    const different = names.find((name) => header[name] !== this.facts[name]);
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
    const before = slot.assembler.receivedBytes;
    const message = slot.assembler.add(frame);
    if (message !== null) {
      slot.done = true;
      slot.resolve(message);
    }
    return slot.assembler.receivedBytes - before;
  }

  fail(error: ArcFleetError): void {
    this.#reject(error);
  }

  /** Peers that somebody waits for, and since when. */
  *waiting(): Generator<{ rank: number; since: number }> {
    for (const { rank, done, since } of this.#slots.values()) if (!done && since !== null) yield { rank, since };
  }

  #slot(rank: number, stage: number): Slot {
    const key = `${stage}:${rank}`;
    let slot = this.#slots.get(key);
    if (slot === undefined) {
      let resolve!: (message: Message) => void;
      const message = new Promise<Message>((settle) => {
        resolve = settle;
      });
      slot = { rank, assembler: new Assembler(), message, resolve, done: false, since: null };
      this.#slots.set(key, slot);
    }
    return slot;
  }
}

function describe({ operation, reduction, wire, root }: CallFacts): string {
  const parts = [reduction, wire === 'bfloat16' ? wire : null, root === null ? null : `root ${root}`].filter(
    (part) => part !== null,
  );
  return parts.length === 0 ? operation : `${operation} (${parts.join(', ')})`;
}
