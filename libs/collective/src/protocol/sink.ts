import type { Frame, FrameHeader } from './frame.js';

/** Takes the chunks of one message of one rank, in whatever order and however often they arrive. */
export interface Sink {
  /** Bytes of the chunks that have come, each counted once. */
  readonly receivedBytes: number;
  /** Where the data of that chunk should lie; null: anywhere, or it has come already. Throws as `add` does. */
  place(header: FrameHeader, length: number): Uint8Array | null;
  /**
   * Takes a chunk; true when it was the last missing one.
   * @throws ArcFleetError `collective_mismatch` when chunks contradict each other, `collective_lost` when one is damaged.
   */
  add(frame: Frame): boolean;
}
