import { ArcFleetError } from '#contracts';
import { WIRE } from './onnx-format.js';

/** One field of a protobuf message: a number, or where its bytes lie. Numbers beyond 2^53 are rounded. */
export type WireField =
  | { readonly field: number; readonly wire: typeof WIRE.varint; readonly at: number; readonly value: number }
  | {
      readonly field: number;
      readonly wire: typeof WIRE.bytes | typeof WIRE.fixed32 | typeof WIRE.fixed64;
      readonly at: number;
      readonly start: number;
      readonly end: number;
    };

const MAX_VARINT_BYTES = 10;

/** A file's bytes, read as protobuf messages. Every error is `checkpoint_corrupt` and names file and byte. */
export class WireBytes {
  constructor(
    readonly path: string,
    readonly bytes: Uint8Array,
  ) {}

  /**
   * Fields of the message that lies from `start` to `end`. What a field claims about its length is held to the message's end; nothing
   * is copied.
   */
  *fields(start = 0, end = this.bytes.length): Generator<WireField, void, void> {
    let next = start;
    while (next < end) {
      const at = next;
      const [tag, behind] = this.varint(next, end);
      const field = Math.floor(tag / 8);
      if (field === 0 || tag > 0xffffffff) throw this.corrupt(at, 'here should be a field of a message');
      switch (tag % 8) {
        case WIRE.varint: {
          const [value, after] = this.varint(behind, end);
          next = after;
          yield { field, wire: WIRE.varint, at, value };
          break;
        }
        case WIRE.bytes: {
          const [length, from] = this.varint(behind, end);
          next = this.within(from, length, end);
          yield { field, wire: WIRE.bytes, at, start: from, end: next };
          break;
        }
        case WIRE.fixed32:
          next = this.within(behind, 4, end);
          yield { field, wire: WIRE.fixed32, at, start: behind, end: next };
          break;
        case WIRE.fixed64:
          next = this.within(behind, 8, end);
          yield { field, wire: WIRE.fixed64, at, start: behind, end: next };
          break;
        default:
          throw this.corrupt(at, `a field cannot be of wire type ${tag % 8}`);
      }
    }
  }

  /** Numbers of a repeated field, in either of its two encodings; more than `limit` of them are refused. */
  numbers(field: WireField, limit: number): number[] {
    if (field.wire === WIRE.varint) return [field.value];
    const numbers: number[] = [];
    for (let at = field.start; at < field.end;) {
      const [value, next] = this.varint(at, field.end);
      if (numbers.length === limit) throw this.corrupt(field.at, `more than ${limit} numbers`);
      numbers.push(value);
      at = next;
    }
    return numbers;
  }

  /** Text of a field of at most `limit` bytes. */
  text({ start, end, at }: Extract<WireField, { start: number }>, limit: number): string {
    if (end - start > limit) throw this.corrupt(at, `a text of ${end - start} bytes, where ${limit} are enough`);
    return Buffer.from(this.bytes.buffer, this.bytes.byteOffset + start, end - start).toString('utf8');
  }

  corrupt(at: number, message: string): ArcFleetError {
    const { path } = this;
    return new ArcFleetError('checkpoint_corrupt', `${path}: byte ${at}: ${message}`, { file: path, byte: at });
  }

  /** Value as a signed number of 64 bits, and the byte behind it. */
  private varint(start: number, end: number): [value: number, next: number] {
    let value = 0;
    for (let at = start; at < end; at++) {
      const count = at - start;
      if (count === MAX_VARINT_BYTES) throw this.corrupt(start, `a number of more than ${MAX_VARINT_BYTES} bytes`);
      const byte = this.bytes[at]!;
      value += (byte & 0x7f) * 2 ** (7 * count);
      if (byte < 0x80) return [value >= 2 ** 63 ? value - 2 ** 64 : value, at + 1];
    }
    throw this.corrupt(start, 'the message ends within a number');
  }

  private within(start: number, length: number, end: number): number {
    if (length < 0 || length > end - start) {
      throw this.corrupt(start, `${length} bytes are announced, but the message ends after ${end - start}`);
    }
    return start + length;
  }
}
