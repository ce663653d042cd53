import { maskedCrc32c } from './crc32c.js';

/** What a TensorBoard event file holds: an `Event` of tensorflow/core/util/event.proto, of which only these forms are written. */
export type TensorBoardEvent = { readonly wallTimeSeconds: number } & (
  | { readonly kind: 'version' }
  /** From here on: what the files before it say of this and later steps is void. */
  | { readonly kind: 'start'; readonly step: number }
  | { readonly kind: 'scalars'; readonly step: number; readonly values: Readonly<Record<string, number>> }
);

/** From this version on TensorBoard looks for `SessionLog.START`. */
const FILE_VERSION = 'brain.Event:2';
const SESSION_START = 1;

/** One record of an event file: length, its masked CRC-32C, the event as protobuf, its masked CRC-32C (the TFRecord format). */
export function encodeRecord(event: TensorBoardEvent): Uint8Array {
  const data = encodeEvent(event);
  const record = Buffer.alloc(data.length + 16);
  record.writeBigUInt64LE(BigInt(data.length), 0);
  record.writeUInt32LE(maskedCrc32c(record.subarray(0, 8)), 8);
  record.set(data, 12);
  record.writeUInt32LE(maskedCrc32c(data), 12 + data.length);
  return record;
}

// Field numbers: Event {wall_time 1, step 2, file_version 3, summary 5, session_log 7}, Summary {value 1},
// Summary.Value {tag 1, simple_value 2}, SessionLog {status 1}.
function encodeEvent(event: TensorBoardEvent): Uint8Array {
  const wallTime = fixed(1, 8, (view) => view.setFloat64(0, event.wallTimeSeconds, true));
  switch (event.kind) {
    case 'version':
      return Buffer.concat([wallTime, text(3, FILE_VERSION)]);
    case 'start':
      return Buffer.concat([wallTime, integer(2, event.step), message(7, integer(1, SESSION_START))]);
    case 'scalars': {
      const values = Object.entries(event.values).map(([tag, value]) =>
        message(1, Buffer.concat([text(1, tag), fixed(2, 4, (view) => view.setFloat32(0, value, true))])),
      );
      return Buffer.concat([wallTime, integer(2, event.step), message(5, Buffer.concat(values))]);
    }
  }
}

// Wire types of protobuf: 0 varint, 1 eight bytes, 2 length and bytes, 5 four bytes.
const integer = (field: number, value: number): Uint8Array => Buffer.from([...varint(field << 3), ...varint(value)]);

const message = (field: number, body: Uint8Array): Uint8Array =>
  Buffer.concat([Buffer.from([...varint((field << 3) | 2), ...varint(body.length)]), body]);

const text = (field: number, value: string): Uint8Array => message(field, Buffer.from(value, 'utf8'));

function fixed(field: number, numBytes: 4 | 8, set: (view: DataView) => void): Uint8Array {
  const bytes = new Uint8Array(1 + numBytes);
  bytes[0] = (field << 3) | (numBytes === 8 ? 1 : 5);
  set(new DataView(bytes.buffer, 1));
  return bytes;
}

/** Of an integer from 0 to 2^53. */
function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  while (rest >= 128) {
    bytes.push((rest % 128) | 128);
    rest = Math.floor(rest / 128);
  }
  return [...bytes, rest];
}
