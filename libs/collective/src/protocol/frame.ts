import { crc32 } from 'node:zlib';
import { ArcFleetError } from '#contracts';
import type { DType, WireType } from '../collective.js';
import type { Reduction } from './reduce.js';

/** Operations in the order of their code on the wire. */
export const OPERATIONS = ['allGather', 'reduceScatter', 'allReduce', 'broadcast', 'gather', 'barrier'] as const;
export type Operation = (typeof OPERATIONS)[number];

const DTYPES: readonly DType[] = ['float32', 'int32', 'bytes', 'bfloat16'];
const REDUCTIONS: readonly (Reduction | null)[] = [null, 'sum', 'max'];
const WIRES: readonly WireType[] = ['float32', 'bfloat16'];
const VERSION = 1;
const FIXED_BYTES = 56;
const NO_ROOT = 0xffffffff;

/** What all ranks must have called alike under one sequence. */
export interface CallFacts {
  readonly operation: Operation;
  readonly reduction: Reduction | null;
  readonly wire: WireType;
  /** Rank that sends (broadcast) or receives (gather); null elsewhere. */
  readonly root: number | null;
  /** Checksum of the numbers that ranks must agree on: segment counts, or the length of a reduction. */
  readonly agreement: number;
}

/** Header of one chunk of one rank's message. */
export interface FrameHeader extends CallFacts {
  readonly generation: number;
  readonly from: number;
  readonly sequence: number;
  /** 0, or 1 for the second half of an all-reduce. */
  readonly stage: number;
  readonly chunk: number;
  readonly numChunks: number;
  /** Bytes of the whole message and where this chunk starts in it. */
  readonly totalBytes: number;
  readonly offset: number;
  /** CRC-32 of the data; null on a network that has checksums of its own. */
  readonly checksum: number | null;
  readonly dtype: DType;
  readonly shape: readonly number[];
}

export interface Frame {
  readonly header: FrameHeader;
  readonly data: Uint8Array;
}

/** CRC-32 of a chunk. */
export function checksumOf(data: Uint8Array): number {
  return crc32(data);
}

/** Checksum of a list of whole numbers. */
export function agreementOf(numbers: readonly number[]): number {
  return crc32(new Uint8Array(Float64Array.from(numbers).buffer));
}

/** Header as bytes, little-endian; the layout is in `docs/protocols/collective.md`. */
export function encodeHeader(header: FrameHeader): Uint8Array {
  const bytes = new Uint8Array(FIXED_BYTES + 4 * header.shape.length);
  const view = new DataView(bytes.buffer);
  bytes[0] = VERSION;
  bytes[1] = OPERATIONS.indexOf(header.operation);
  bytes[2] = header.stage;
  bytes[3] = DTYPES.indexOf(header.dtype);
  bytes[4] = REDUCTIONS.indexOf(header.reduction);
  bytes[5] = WIRES.indexOf(header.wire);
  bytes[6] = header.shape.length;
  bytes[7] = header.checksum === null ? 1 : 0;
  view.setUint32(8, header.generation, true);
  view.setUint32(12, header.from, true);
  view.setUint32(16, header.sequence, true);
  view.setUint32(20, header.chunk, true);
  view.setUint32(24, header.numChunks, true);
  view.setUint32(28, header.root ?? NO_ROOT, true);
  view.setFloat64(32, header.totalBytes, true);
  view.setFloat64(40, header.offset, true);
  view.setUint32(48, header.checksum ?? 0, true);
  view.setUint32(52, header.agreement, true);
  header.shape.forEach((size, axis) => view.setUint32(FIXED_BYTES + 4 * axis, size, true));
  return bytes;
}

/**
 * Reads a header back that came on a lane of rank `from`.
 * @throws ArcFleetError `collective_mismatch` when the bytes are not a header of this version, or not one of that rank.
 */
export function decodeHeader(bytes: Uint8Array, from: number): FrameHeader {
  const refuse = (what: string): never => {
    throw new ArcFleetError('collective_mismatch', `Rank ${from} sent a header that cannot be read: ${what}.`, {
      rank: from,
      what,
    });
  };
  if (bytes.length < FIXED_BYTES) return refuse(`${bytes.length} bytes instead of at least ${FIXED_BYTES}`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (bytes[0] !== VERSION) return refuse(`version ${bytes[0]}, expected ${VERSION}`);
  const numAxes = bytes[6]!;
  if (bytes.length !== FIXED_BYTES + 4 * numAxes) return refuse(`${bytes.length} bytes with ${numAxes} axes`);
  const operation = OPERATIONS[bytes[1]!];
  const dtype = DTYPES[bytes[3]!];
  const reduction = REDUCTIONS[bytes[4]!];
  const wire = WIRES[bytes[5]!];
  if (operation === undefined || dtype === undefined || reduction === undefined || wire === undefined)
    return refuse('unknown code');
  const stage = bytes[2]!;
  if (stage > (operation === 'allReduce' ? 1 : 0)) return refuse(`stage ${stage} of ${operation}`);
  const sender = view.getUint32(12, true);
  if (sender !== from) return refuse(`it names rank ${sender} as its sender`);
  const root = view.getUint32(28, true);
  return {
    operation,
    dtype,
    reduction,
    wire,
    stage,
    generation: view.getUint32(8, true),
    from,
    sequence: view.getUint32(16, true),
    chunk: view.getUint32(20, true),
    numChunks: view.getUint32(24, true),
    root: root === NO_ROOT ? null : root,
    totalBytes: view.getFloat64(32, true),
    offset: view.getFloat64(40, true),
    checksum: bytes[7] === 1 ? null : view.getUint32(48, true),
    agreement: view.getUint32(52, true),
    shape: Array.from({ length: numAxes }, (_, axis) => view.getUint32(FIXED_BYTES + 4 * axis, true)),
  };
}
