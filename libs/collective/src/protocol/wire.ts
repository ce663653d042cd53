import type { ArcFleetError, ErrorReport } from '#contracts';
import type { Frame, FrameHeader } from './frame.js';

/** Who reads a frame: every other rank, or one of them. */
export type Lane = 'all' | number;

/** A frame on its way in; `consumed` tells the transport that the sender may forget it. */
export interface IncomingFrame extends Frame {
  consumed(): void;
}

/** A frame that is made when there is room for it: what is rounded or summed up for it takes no memory while it waits. */
export interface OutgoingFrame {
  readonly sequence: number;
  readonly sizeBytes: number;
  /** The same frame at every call. */
  frame(): Frame;
}

export interface WireReceiver {
  /**
   * Memory of `length` bytes in which the data of that frame should lie, for wires that can read them into place; null: anywhere.
   * The frame is handed over with this very view, or never.
   */
  place(header: FrameHeader, length: number): Uint8Array | null;
  onFrame(frame: IncomingFrame): void;
  /** A peer is busy for up to `ms` from now, until its first frame of a call from `sequence` on. May be told again and again. */
  onLease(rank: number, ms: number, phase: string, sequence: number): void;
  /** A peer closed in order and everything it ever sent has been handed over. */
  onLeft(rank: number): void;
  /** The transport cannot go on, or a peer said so. */
  onFailure(error: ArcFleetError): void;
}

/**
 * Carries frames between the ranks of one generation. It may deliver them late, twice or (in tests) out of order; it never drops one
 * without `onFailure`. It knows which peers are alive; what they compute is not its business.
 */
export interface Wire {
  readonly rank: number;
  readonly worldSize: number;
  readonly generation: number;
  /** Frames carry a CRC-32 of their data. */
  readonly hasChecksums: boolean;
  start(receiver: WireReceiver): void;
  /**
   * Resolves when the frame's memory is free again. Frames of one lane are handed over in order, except `urgent` ones, which pass
   * frames that wait for room: all peers have asked for them already.
   */
  send(lane: Lane, frame: OutgoingFrame, urgent: boolean): Promise<void>;
  /** This rank is busy until it makes call `sequence`, for up to `ms`; the latest lease counts. */
  extendLease(ms: number, phase: string, sequence: number): void;
  /** Tells all peers why this rank gives up. */
  abort(report: ErrorReport): Promise<void>;
  /** `inOrder`: wait until peers have what was sent, and say goodbye. */
  close(inOrder: boolean): Promise<void>;
}
