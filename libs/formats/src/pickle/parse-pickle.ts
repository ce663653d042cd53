import { ArcFleetError } from '#contracts';
import { build, Latin1Encoder, reduce } from './pickle-numpy.js';
import { parseRepr } from './pickle-repr.js';
import {
  ALLOWED_GLOBALS,
  PickleDict,
  PickleGlobal,
  PickleList,
  PickleObject,
  PickleRefusal,
  PickleTuple,
  type PickleDialect,
  type PickleValue,
} from './pickle-values.js';

const MARK = Symbol('mark');
type StackItem = PickleValue | typeof MARK;

/**
 * Parses a pickle of protocol 0 to 5 that holds lists, tuples, booleans, integers, text, bytes and numpy arrays of
 * bytes or booleans. Nothing is ever imported or called: the few allowed globals are matched by name.
 * Throws `pickle_refused` naming file, opcode and byte for everything else, truncation included. Time and memory are
 * linear in the length of `bytes`. A `dialect` allows dictionaries, numbers with fractions and globals of its own.
 */
export function parsePickle(bytes: Uint8Array, file: string, dialect: PickleDialect | null = null): PickleValue {
  return new PickleParser(bytes, file, dialect).parse();
}

/** A global of a dialect: compared by identity. */
type DialectGlobal = (args: readonly PickleValue[]) => PickleValue;

class PickleParser {
  private readonly view: DataView;
  private readonly stack: StackItem[] = [];
  private readonly memo = new Map<number, PickleValue>();
  private readonly encoder: Latin1Encoder;
  private at = 0;
  private opcodeAt = 0;
  private opcode = 0;

  constructor(
    private readonly bytes: Uint8Array,
    private readonly file: string,
    private readonly dialect: PickleDialect | null,
  ) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.encoder = new Latin1Encoder(bytes.length);
  }

  parse(): PickleValue {
    try {
      for (;;) {
        this.opcodeAt = this.at;
        this.opcode = this.u8();
        if (this.opcode === 0x2e) {
          const value = this.pop();
          if (this.stack.length > 0) throw new PickleRefusal('values are left over at the end');
          return value;
        }
        this.execute(this.opcode);
      }
    } catch (error) {
      if (!(error instanceof PickleRefusal)) throw error;
      throw this.refused(error.message);
    }
  }

  private refused(reason: string): ArcFleetError {
    const hex = `0x${this.opcode.toString(16).padStart(2, '0')}`;
    const printable = this.opcode > 0x20 && this.opcode < 0x7f ? ` '${String.fromCharCode(this.opcode)}'` : '';
    const message =
      `${this.file}: opcode ${hex}${printable} at byte ${this.opcodeAt}: ${reason}. ` +
      `Only ${this.dialect?.holds ?? 'lists, tuples, booleans, bytes and numpy uint8 arrays'} are read; nothing in a pickle is ever executed.`;
    return new ArcFleetError('pickle_refused', message, { file: this.file, opcode: hex, byte: this.opcodeAt, reason });
  }

  private execute(opcode: number): void {
    switch (opcode) {
      // Framing
      case 0x80: {
        const protocol = this.u8();
        if (protocol > 5) throw new PickleRefusal(`protocol ${protocol} is not known`);
        return;
      }
      case 0x95:
        // A frame only tells how much to read ahead.
        this.take(8);
        return;
      // Containers
      case 0x28: // (
        this.stack.push(MARK);
        return;
      case 0x5d: // ]
        this.push(new PickleList());
        return;
      case 0x6c: {
        // l
        const list = new PickleList();
        for (const item of this.popToMark()) list.items.push(item);
        this.push(list);
        return;
      }
      case 0x61: {
        // a
        const item = this.pop();
        this.topList().items.push(item);
        return;
      }
      case 0x65: {
        // e
        const items = this.popToMark();
        const list = this.topList();
        for (const item of items) list.items.push(item);
        return;
      }
      case 0x29: // )
        this.push(new PickleTuple([]));
        return;
      case 0x74: // t
        this.push(new PickleTuple(this.popToMark()));
        return;
      case 0x85:
      case 0x86:
      case 0x87: {
        const items: PickleValue[] = [];
        for (let count = opcode - 0x84; count > 0; count--) items.unshift(this.pop());
        this.push(new PickleTuple(items));
        return;
      }
      // Constants and numbers
      case 0x4e: // N
        this.push(null);
        return;
      case 0x88:
        this.push(true);
        return;
      case 0x89:
        this.push(false);
        return;
      case 0x49: {
        // I
        const text = this.line();
        this.push(text === '01' ? true : text === '00' ? false : this.integer(text));
        return;
      }
      case 0x4c: // L
        this.push(this.integer(this.line().replace(/L$/, '')));
        return;
      case 0x4a: // J
        this.push(this.viewOf(4).getInt32(0, true));
        return;
      case 0x4b: // K
        this.push(this.u8());
        return;
      case 0x4d: // M
        this.push(this.viewOf(2).getUint16(0, true));
        return;
      case 0x8a:
        this.push(this.long(this.u8()));
        return;
      // Text and bytes
      case 0x53: // S
        this.push(parseRepr(this.line()));
        return;
      case 0x55: // U
      case 0x43: // C
        this.push(this.take(this.u8()));
        return;
      case 0x54: {
        // T
        const length = this.viewOf(4).getInt32(0, true);
        if (length < 0) throw new PickleRefusal(`a string has the length ${length}`);
        this.push(this.take(length));
        return;
      }
      case 0x42: // B
        this.push(this.take(this.viewOf(4).getUint32(0, true)));
        return;
      case 0x8e:
      case 0x96:
        this.push(this.take(this.u64()));
        return;
      case 0x56: // V
        this.push(rawUnicode(this.line()));
        return;
      case 0x58: // X
        this.push(utf8(this.take(this.viewOf(4).getUint32(0, true))));
        return;
      case 0x8c:
        this.push(utf8(this.take(this.u8())));
        return;
      case 0x8d:
        this.push(utf8(this.take(this.u64())));
        return;
      // Memo
      case 0x70: // p
        this.memo.set(this.integer(this.line()), this.top());
        return;
      case 0x71: // q
        this.memo.set(this.u8(), this.top());
        return;
      case 0x72: // r
        this.memo.set(this.viewOf(4).getUint32(0, true), this.top());
        return;
      case 0x94:
        this.memo.set(this.memo.size, this.top());
        return;
      case 0x67: // g
        this.recall(this.integer(this.line()));
        return;
      case 0x68: // h
        this.recall(this.u8());
        return;
      case 0x6a: // j
        this.recall(this.viewOf(4).getUint32(0, true));
        return;
      // Globals: matched by name, never looked up
      case 0x63: {
        // c
        const module = this.line();
        this.global(module, this.line());
        return;
      }
      case 0x93: {
        const name = this.pop();
        const module = this.pop();
        if (typeof name !== 'string' || typeof module !== 'string') throw new PickleRefusal('a global is not named by text');
        this.global(module, name);
        return;
      }
      case 0x52: {
        // R
        const args = this.pop();
        const callee = this.pop();
        if (callee instanceof PickleObject && typeof callee.value === 'function' && args instanceof PickleTuple) {
          this.push((callee.value as DialectGlobal)(args.items));
          return;
        }
        if (!(callee instanceof PickleGlobal) || !(args instanceof PickleTuple))
          throw new PickleRefusal('a call of something that is no allowed global');
        this.push(reduce(callee.name, args.items, this.encoder));
        return;
      }
      case 0x62: {
        // b
        const state = this.pop();
        // Attributes of a dictionary (a state dict's `_metadata`) say nothing about its entries.
        if (this.top() instanceof PickleDict) return;
        build(this.top(), state, this.encoder);
        return;
      }
      default:
        if (this.dialect) this.executeOfDialect(this.dialect, opcode);
        else throw new PickleRefusal('this opcode is not allowed');
    }
  }

  private executeOfDialect(dialect: PickleDialect, opcode: number): void {
    switch (opcode) {
      case 0x7d: // }
        this.push(new PickleDict());
        return;
      case 0x73: {
        // s
        const value = this.pop();
        const key = this.pop();
        this.topDict().entries.set(key, value);
        return;
      }
      case 0x75: {
        // u
        const items = this.popToMark();
        const { entries } = this.topDict();
        if (items.length % 2 !== 0) throw new PickleRefusal('a key without a value');
        for (let i = 0; i < items.length; i += 2) entries.set(items[i]!, items[i + 1]!);
        return;
      }
      case 0x47: // G
        this.push(this.viewOf(8).getFloat64(0, false));
        return;
      case 0x51: // Q
        this.push(dialect.persistent(this.pop()));
        return;
      default:
        throw new PickleRefusal('this opcode is not allowed');
    }
  }

  private global(module: string, name: string): void {
    const full = `${module} ${name}`;
    if (this.dialect && Object.hasOwn(this.dialect.globals, full)) {
      this.push(new PickleObject(this.dialect.globals[full]));
      return;
    }
    if (!Object.hasOwn(ALLOWED_GLOBALS, full)) {
      throw new PickleRefusal(`the global ${JSON.stringify(`${module}.${name}`.slice(0, 120))} is not allowed`);
    }
    this.push(new PickleGlobal(ALLOWED_GLOBALS[full as keyof typeof ALLOWED_GLOBALS]));
  }

  private recall(index: number): void {
    const value = this.memo.get(index);
    if (value === undefined) throw new PickleRefusal(`memo ${index} was never stored`);
    this.push(value);
  }

  private push(value: PickleValue): void {
    this.stack.push(value);
  }

  private pop(): PickleValue {
    const value = this.stack.pop();
    if (value === undefined || value === MARK) throw new PickleRefusal('the stack is empty');
    return value;
  }

  private popToMark(): PickleValue[] {
    const mark = this.stack.lastIndexOf(MARK);
    if (mark < 0) throw new PickleRefusal('there is no mark on the stack');
    const items = this.stack.splice(mark + 1) as PickleValue[];
    this.stack.pop();
    return items;
  }

  private top(): PickleValue {
    const value = this.stack.at(-1);
    if (value === undefined || value === MARK) throw new PickleRefusal('the stack is empty');
    return value;
  }

  private topList(): PickleList {
    const value = this.top();
    if (!(value instanceof PickleList)) throw new PickleRefusal('an append to something that is no list');
    return value;
  }

  private topDict(): PickleDict {
    const value = this.top();
    if (!(value instanceof PickleDict)) throw new PickleRefusal('an entry for something that is no dictionary');
    return value;
  }

  private take(length: number): Uint8Array {
    if (length > this.bytes.length - this.at) {
      throw new PickleRefusal(`${length} bytes are due at byte ${this.at}, but the file ends at ${this.bytes.length}`);
    }
    const start = this.at;
    this.at += length;
    return this.bytes.subarray(start, this.at);
  }

  private u8(): number {
    return this.take(1)[0] as number;
  }

  private viewOf(length: number): DataView {
    const start = this.at;
    this.take(length);
    return new DataView(this.view.buffer, this.view.byteOffset + start, length);
  }

  private u64(): number {
    const value = this.viewOf(8).getBigUint64(0, true);
    if (value > BigInt(this.bytes.length)) throw new PickleRefusal(`a length of ${value} bytes exceeds the file`);
    return Number(value);
  }

  private line(): string {
    const end = this.bytes.indexOf(0x0a, this.at);
    if (end < 0) throw new PickleRefusal('a line has no end');
    const text = Buffer.from(this.take(end - this.at)).toString('latin1');
    this.at++;
    return text;
  }

  private integer(text: string): number {
    const value = /^-?\d{1,16}$/.test(text) ? Number(text) : NaN;
    if (!Number.isSafeInteger(value)) throw new PickleRefusal(`${JSON.stringify(text.slice(0, 40))} is no integer`);
    return value;
  }

  /** Little-endian two's complement of `length` bytes. */
  private long(length: number): number {
    if (length > 7) throw new PickleRefusal(`an integer of ${length} bytes`);
    const bytes = this.take(length);
    let value = 0;
    for (let i = 0; i < length; i++) value += (bytes[i] as number) * 2 ** (8 * i);
    if (length > 0 && (bytes[length - 1] as number) >= 0x80) value -= 2 ** (8 * length);
    if (!Number.isSafeInteger(value)) throw new PickleRefusal('an integer beyond 2^53');
    return value;
  }
}

function utf8(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8');
}

/** Python's raw-unicode-escape: latin1 text in which only \\uXXXX stands for something else. */
function rawUnicode(line: string): string {
  return line.replace(/\\u([0-9a-fA-F]{4})/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));
}
