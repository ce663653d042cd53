/**
 * What travels on a connection. From the rank that writes to the one that reads (layout in `docs/protocols/collective.md`): records of
 * a head, a header and data. Back: acknowledgements of one size.
 */
export const RECORDS = ['frame', 'alive', 'bye', 'abort'] as const;
export type RecordType = (typeof RECORDS)[number];

export const HEAD_BYTES = 8;
export const ANSWER_BYTES = 16;
/** A frame's header has at most that many bytes: 56, and 4 for each of 255 axes. */
export const MAX_HEADER_BYTES = 56 + 4 * 255;
/** No record has more data; a frame has one chunk. */
export const MAX_DATA_BYTES = 16 << 20;
/** An abort report is a short text. */
export const MAX_REPORT_BYTES = 8 << 10;

export interface RecordHead {
  readonly type: RecordType;
  readonly headerBytes: number;
  readonly dataBytes: number;
}

export function encodeHead({ type, headerBytes, dataBytes }: RecordHead): Buffer {
  const head = Buffer.alloc(HEAD_BYTES);
  head[0] = RECORDS.indexOf(type);
  head.writeUInt16LE(headerBytes, 2);
  head.writeUInt32LE(dataBytes, 4);
  return head;
}

/** Reads a head back; null when it is none: an unknown type, or sizes that no record of the type has. */
export function decodeHead(bytes: Uint8Array, at: number): RecordHead | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset + at, HEAD_BYTES);
  const type = RECORDS[view.getUint8(0)];
  const headerBytes = view.getUint16(2, true);
  const dataBytes = view.getUint32(4, true);
  if (type === undefined || view.getUint8(1) !== 0) return null;
  const mostHeader = type === 'frame' ? MAX_HEADER_BYTES : 0;
  const mostData = type === 'frame' ? MAX_DATA_BYTES : type === 'abort' ? MAX_REPORT_BYTES : 0;
  return headerBytes <= mostHeader && dataBytes <= mostData ? { type, headerBytes, dataBytes } : null;
}

export interface Answer {
  /** Bytes of frames that the reader has consumed since the beginning. */
  readonly consumedBytes: number;
  /** The reader has taken the goodbye and everything before it. */
  readonly isFarewell: boolean;
}

export function encodeAnswer({ consumedBytes, isFarewell }: Answer): Buffer {
  const answer = Buffer.alloc(ANSWER_BYTES);
  answer[0] = isFarewell ? 1 : 0;
  answer.writeDoubleLE(consumedBytes, 8);
  return answer;
}

export function decodeAnswer(bytes: Buffer): Answer | null {
  const consumedBytes = bytes.readDoubleLE(8);
  return bytes[0]! <= 1 && Number.isSafeInteger(consumedBytes) ? { consumedBytes, isFarewell: bytes[0] === 1 } : null;
}
