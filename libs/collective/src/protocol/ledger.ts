import { ArcFleetError } from '#contracts';
import { checksumOf } from './frame.js';
import type { FrameHeader } from './frame.js';
import { byteLengthOf } from './message.js';

/** Which chunks of one message have come; holds them against each other and against what they announce. */
export class Ledger {
  /** Length and start of each chunk that has come. */
  readonly #lengths = new Map<number, number>();
  readonly #starts = new Map<number, number>();
  #receivedBytes = 0;
  #first: FrameHeader | null = null;

  /** Bytes of the chunks that have come, each counted once. */
  get receivedBytes(): number {
    return this.#receivedBytes;
  }

  has(chunk: number): boolean {
    return this.#lengths.has(chunk);
  }

  /** @throws ArcFleetError `collective_mismatch` when a chunk of `length` bytes with that header contradicts itself or an earlier one. */
  check(header: FrameHeader, length: number): void {
    const first = (this.#first ??= header);
    const expected = byteLengthOf(header);
    if (header.totalBytes !== expected) {
      const { dtype, shape, totalBytes, from, sequence } = header;
      throw new ArcFleetError(
        'collective_mismatch',
        `Rank ${from} announced ${totalBytes} bytes for sequence ${sequence}, but ${dtype} [${shape.join(', ')}] has ${expected}.`,
        { rank: from, sequence, totalBytes, expected },
      );
    }
    const contradicts =
      header.totalBytes !== first.totalBytes ||
      header.numChunks !== first.numChunks ||
      header.dtype !== first.dtype ||
      header.chunk >= header.numChunks ||
      !(header.offset >= 0 && header.offset + length <= header.totalBytes) ||
      header.shape.length !== first.shape.length ||
      header.shape.some((size, axis) => size !== first.shape[axis]);
    if (contradicts) throw contradiction(header);
  }

  /**
   * Enters a chunk that was checked and had not come before; true when it was the last missing one.
   * @throws ArcFleetError `collective_mismatch` when all have come but leave a hole or overlap.
   */
  enter(header: FrameHeader, length: number): boolean {
    this.#lengths.set(header.chunk, length);
    this.#starts.set(header.chunk, header.offset);
    this.#receivedBytes += length;
    if (this.#lengths.size < header.numChunks) return false;
    let end = 0;
    for (let chunk = 0; chunk < this.#lengths.size; chunk++) {
      if (this.#starts.get(chunk) !== end) throw contradiction(header);
      end += this.#lengths.get(chunk)!;
    }
    if (end !== header.totalBytes) throw contradiction(header);
    return true;
  }
}

/** @throws ArcFleetError `collective_lost` when the data are not those that the checksum was taken of. */
export function checkDamage({ from, sequence, chunk, checksum }: FrameHeader, data: Uint8Array): void {
  if (checksum === null || checksumOf(data) === checksum) return;
  throw new ArcFleetError(
    'collective_lost',
    `Chunk ${chunk} of rank ${from} for sequence ${sequence} arrived damaged (its checksum is wrong).`,
    { rank: from, sequence, chunk },
  );
}

export function contradiction({ from, sequence, chunk }: FrameHeader): ArcFleetError {
  const message = `Chunks of rank ${from} for sequence ${sequence} contradict each other.`;
  return new ArcFleetError('collective_mismatch', message, { rank: from, sequence, chunk });
}
