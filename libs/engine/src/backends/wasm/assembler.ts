/**
 * Just enough of a WebAssembly assembler to write loops over float32 vectors: expressions are byte sequences, combined by
 * functions named like the instructions. Encodings: WebAssembly core specification 2.0, chapter 5 (binary format).
 */
export type Code = readonly number[];

export type ValueType = 'i32' | 'f32' | 'v128';

export interface Local {
  readonly index: number;
  readonly type: ValueType;
}

/** A local stands for its value, a number for an i32 constant. */
export type Operand = Code | Local | number;

const TYPES: Record<ValueType, number> = { i32: 0x7f, f32: 0x7d, v128: 0x7b };

export function unsigned(value: number): number[] {
  const bytes: number[] = [];
  do {
    const low = value & 0x7f;
    value >>>= 7;
    bytes.push(value === 0 ? low : low | 0x80);
  } while (value !== 0);
  return bytes;
}

function signed(value: number): number[] {
  const bytes: number[] = [];
  for (;;) {
    const low = value & 0x7f;
    value >>= 7;
    const last = (value === 0 && (low & 0x40) === 0) || (value === -1 && (low & 0x40) !== 0);
    bytes.push(last ? low : low | 0x80);
    if (last) return bytes;
  }
}

export function code(operand: Operand): Code {
  if (typeof operand === 'number') return [0x41, ...signed(operand)];
  return 'index' in operand ? [0x20, ...unsigned(operand.index)] : operand;
}

export const seq = (...parts: readonly Code[]): Code => parts.flat();
export const set = (local: Local, value: Operand): Code => [...code(value), 0x21, ...unsigned(local.index)];

const binary =
  (...opcode: number[]) =>
  (a: Operand, b: Operand): Code => [...code(a), ...code(b), ...opcode];
const simd = (opcode: number): number[] => [0xfd, ...unsigned(opcode)];

/** Comparisons are unsigned: addresses lie anywhere in 4 GiB. */
export const i32 = {
  add: binary(0x6a),
  sub: binary(0x6b),
  mul: binary(0x6c),
  and: binary(0x71),
  lt: binary(0x49),
  load: (address: Operand, offset = 0): Code => [...code(address), 0x28, 2, ...unsigned(offset)],
  select: (a: Operand, b: Operand, condition: Operand): Code => [...code(a), ...code(b), ...code(condition), 0x1b],
};

/** Addresses are in bytes; `offset` is added without cost. */
export const f32 = {
  load: (address: Operand, offset = 0): Code => [...code(address), 0x2a, 2, ...unsigned(offset)],
  store: (address: Operand, value: Operand, offset = 0): Code => [...code(address), ...code(value), 0x38, 2, ...unsigned(offset)],
  add: binary(0x92),
  sub: binary(0x93),
  mul: binary(0x94),
  div: binary(0x95),
  sqrt: (a: Operand): Code => [...code(a), 0x91],
  min: binary(0x96),
  gt: binary(0x5e),
  constant: (value: number): Code => [0x43, ...new Uint8Array(Float32Array.of(value).buffer)],
  zero: (): Code => f32.constant(0),
  splat: code,
  timesPowerOfTwo: (a: Operand, b: Operand): Code => [...code(a), 0xbc, ...code(b), 0xbc, ...code(23), 0x74, 0x6a, 0xbe],
  select: (a: Operand, b: Operand, condition: Operand): Code => [...code(a), ...code(b), ...code(condition), 0x1b],
};

export const v128 = {
  load: (address: Operand, offset = 0): Code => [...code(address), ...simd(0x00), 2, ...unsigned(offset)],
  loadSplat: (address: Operand, offset = 0): Code => [...code(address), ...simd(0x09), 2, ...unsigned(offset)],
  store: (address: Operand, value: Operand, offset = 0): Code => [
    ...code(address),
    ...code(value),
    ...simd(0x0b),
    2,
    ...unsigned(offset),
  ],
  zero: (): Code => [...simd(0x0c), ...new Array<number>(16).fill(0)],
  splat: (value: Operand): Code => [...code(value), ...simd(0x13)],
  lane: (value: Operand, lane: number): Code => [...code(value), ...simd(0x1f), lane],
  /** Lanes 0-3 are a's, 4-7 b's. */
  shuffle: (a: Operand, b: Operand, lanes: readonly [number, number, number, number]): Code => [
    ...code(a),
    ...code(b),
    ...simd(0x0d),
    ...lanes.flatMap((lane) => [lane * 4, lane * 4 + 1, lane * 4 + 2, lane * 4 + 3]),
  ],
  add: binary(...simd(0xe4)),
  sub: binary(...simd(0xe5)),
  mul: binary(...simd(0xe6)),
  div: binary(...simd(0xe7)),
  sqrt: (a: Operand): Code => [...code(a), ...simd(0xe3)],
  min: binary(...simd(0xe8)),
  gt: binary(...simd(0x44)),
  /** `a 2^n`, n being the low bits of b's mantissa: added to a's exponent, which must not leave its range. */
  timesPowerOfTwo: (a: Operand, b: Operand): Code => [...code(a), ...code(b), ...code(23), ...simd(0xab), ...simd(0xae)],
  /** Bits of `a` where `mask` is set, of `b` elsewhere. */
  select: (a: Operand, b: Operand, mask: Operand): Code => [...code(a), ...code(b), ...code(mask), ...simd(0x52)],
};

/** `if (condition) then else otherwise`, statements. */
export function branch(condition: Operand, then: Code, otherwise: Code = []): Code {
  const rest = otherwise.length > 0 ? [0x05, ...otherwise] : [];
  return [...code(condition), 0x04, 0x40, ...then, ...rest, 0x0b];
}

/** `while (counter < end) { body; counter += step }`, unsigned; `end` and `step` are evaluated every time. */
export function loop(counter: Local, end: Operand, step: Operand, ...body: readonly Code[]): Code {
  const goOn = i32.lt(counter, end);
  return branch(goOn, [0x03, 0x40, ...body.flat(), ...set(counter, i32.add(counter, step)), ...goOn, 0x0d, 0, 0x0b]);
}

/** What a float and a vector of four have in common, so that one piece of code serves whole vectors and the rest. */
export type Lanes = Pick<
  typeof v128,
  'load' | 'store' | 'zero' | 'splat' | 'add' | 'sub' | 'mul' | 'div' | 'sqrt' | 'min' | 'gt' | 'select' | 'timesPowerOfTwo'
> & {
  readonly type: 'f32' | 'v128';
  readonly bytes: number;
};

const VECTOR: Lanes = { ...v128, type: 'v128', bytes: 16 };
const SINGLE: Lanes = { ...f32, type: 'f32', bytes: 4 };

/**
 * Steps over `bytes` bytes of floats: by `vectors` vectors at a time, by single vectors, by single floats. `body` is made for
 * each of the three and works on `count` lanes, from the offset `at` on.
 */
export function stride(
  f: FunctionBuilder,
  bytes: Local,
  vectors: number,
  body: (lanes: Lanes, count: number, at: Local) => Code,
): Code {
  const at = f.local('i32');
  const wide = vectors * VECTOR.bytes;
  return seq(
    set(at, 0),
    loop(at, i32.sub(bytes, i32.and(bytes, wide - 1)), wide, body(VECTOR, vectors, at)),
    loop(at, i32.and(bytes, -VECTOR.bytes), VECTOR.bytes, body(VECTOR, 1, at)),
    loop(at, bytes, SINGLE.bytes, body(SINGLE, 1, at)),
  );
}

/** As many locals as the literal type says, or any number of them. */
type Tuple<N extends number, T extends Local[] = []> = number extends N
  ? Local[]
  : T['length'] extends N
    ? T
    : Tuple<N, [...T, Local]>;

/** One exported function without result: parameters first, locals as they are asked for, then its body. */
export class FunctionBuilder {
  readonly #types: ValueType[] = [];
  readonly #parameters: readonly ValueType[];
  #body: Code = [];

  constructor(
    readonly name: string,
    parameters: readonly ValueType[],
  ) {
    this.#parameters = parameters;
  }

  /** The first `N` parameters. */
  parameters<N extends number>(count: N): Tuple<N> {
    return this.#parameters.slice(0, count).map((type, index) => ({ index, type })) as never;
  }

  local(type: ValueType): Local {
    this.#types.push(type);
    return { index: this.#parameters.length + this.#types.length - 1, type };
  }

  locals<N extends number>(type: ValueType, count: N): Tuple<N> {
    return Array.from({ length: count }, () => this.local(type)) as never;
  }

  body(...parts: readonly Code[]): this {
    this.#body = parts.flat();
    return this;
  }

  typeEntry(): Code {
    return [0x60, ...unsigned(this.#parameters.length), ...this.#parameters.map((type) => TYPES[type]), 0];
  }

  codeEntry(): Code {
    const locals = this.#types.flatMap((type) => [1, TYPES[type]]);
    const bytes = [...unsigned(this.#types.length), ...locals, ...this.#body, 0x0b];
    return [...unsigned(bytes.length), ...bytes];
  }
}

const text = (value: string): Code => [...unsigned(value.length), ...Buffer.from(value, 'latin1')];

/** A module that works on the memory `env.memory` of another one. */
export function assemble(functions: readonly FunctionBuilder[]): Uint8Array<ArrayBuffer> {
  const section = (id: number, entries: readonly Code[]): Code => {
    const bytes = [...unsigned(entries.length), ...entries.flat()];
    return [id, ...unsigned(bytes.length), ...bytes];
  };
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(
      1,
      functions.map((f) => f.typeEntry()),
    ),
    ...section(2, [[...text('env'), ...text('memory'), 2, 0, 0]]),
    ...section(
      3,
      functions.map((_, index) => unsigned(index)),
    ),
    ...section(
      7,
      functions.map((f, index) => [...text(f.name), 0, ...unsigned(index)]),
    ),
    ...section(
      10,
      functions.map((f) => f.codeEntry()),
    ),
  ]);
}
