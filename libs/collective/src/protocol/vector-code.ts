/**
 * A WebAssembly module of three loops over vectors of four, written out instruction by instruction. Encodings: WebAssembly core
 * specification 2.0, chapter 5 (binary format). Addresses and lengths are in bytes; lengths are rounded up to {@link STRIDE}.
 *
 *     add(sum, part, numBytes)         sum[i] += part[i]                            float32
 *     round(from, to, numBytes)        to[i] = bfloat16 of from[i]                  numBytes of float32; as `toBfloat16`
 *     widen(from, to, numBytes)        to[i] = float32 of from[i]                   numBytes of float32; as `fromBfloat16`
 */
type Code = readonly number[];

/** Bytes of float32 that one turn of a loop takes. */
export const STRIDE = 32;

const unsigned = (value: number): number[] => (value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...unsigned(value >>> 7)]);
const signed = (value: number): number[] =>
  value >= -64 && value < 64 ? [value & 0x7f] : [(value & 0x7f) | 0x80, ...signed(value >> 7)];

const local = (index: number): Code => [0x20, index];
const setLocal = (index: number, value: Code): Code => [...value, 0x21, index];
const int = (value: number): Code => [0x41, ...signed(value)];
const simd = (opcode: number): Code => [0xfd, ...unsigned(opcode)];
const binary =
  (opcode: Code) =>
  (a: Code, b: Code): Code => [...a, ...b, ...opcode];

const addInt = binary([0x6a]);
const shiftInt = binary([0x76]);
const load = (address: Code, offset: number): Code => [...address, ...simd(0x00), 0, ...unsigned(offset)];
/** Four 16-bit words, each in its own 32-bit lane. */
const loadHalves = (address: Code, offset: number): Code => [...address, ...simd(0x04), 0, ...unsigned(offset)];
const store = (address: Code, offset: number, value: Code): Code => [...address, ...value, ...simd(0x0b), 0, ...unsigned(offset)];
const addFloats = binary(simd(0xe4));
const differ = binary(simd(0x42));
const addWords = binary(simd(0xae));
const shiftLeft = binary(simd(0xab));
const shiftRight = binary(simd(0xad));
const and = binary(simd(0x4e));
const or = binary(simd(0x50));
const narrow = binary(simd(0x86));
const splat = (value: number): Code => [...int(value), ...simd(0x11)];
/** Bits of `a` where `mask` is set, of `b` elsewhere. */
const select = (a: Code, b: Code, mask: Code): Code => [...a, ...b, ...mask, ...simd(0x52)];

/** Parameters of every function, and the offset at which the loop stands; vectors for the words under way. */
const [FROM, TO, NUM_BYTES, AT, WORD] = [0, 1, 2, 3, 4] as const;
const at = (base: number): Code => addInt(local(base), local(AT));
const atHalf = (base: number): Code => addInt(local(base), shiftInt(local(AT), int(1)));

/** One vector of float32, rounded to the low 16 bits of its lanes: to nearest, ties to even; a NaN is cut and made quiet. */
const roundedWord = (offset: number): Code => [
  ...setLocal(WORD, load(at(FROM), offset)),
  ...select(
    or(shiftRight(local(WORD), int(16)), splat(0x40)),
    shiftRight(addWords(addWords(local(WORD), splat(0x7fff)), and(shiftRight(local(WORD), int(16)), splat(1))), int(16)),
    differ(local(WORD), local(WORD)),
  ),
];
const widenedWord = (offset: number): Code => shiftLeft(loadHalves(atHalf(FROM), offset), int(16));

const BODIES: Readonly<Record<string, Code>> = {
  add: [0, 16].flatMap((offset) => store(at(FROM), offset, addFloats(load(at(FROM), offset), load(at(TO), offset)))),
  round: store(atHalf(TO), 0, narrow(roundedWord(0), roundedWord(16))),
  widen: [0, 16].flatMap((offset) => store(at(TO), offset, widenedWord(offset / 2))),
};

/** `at = 0; while (at < numBytes) { body; at += STRIDE }` */
function functionCode(body: Code): Code {
  const isLess = [...local(AT), ...local(NUM_BYTES), 0x49];
  const next = setLocal(AT, addInt(local(AT), int(STRIDE)));
  const loop = [...isLess, 0x04, 0x40, 0x03, 0x40, ...body, ...next, ...isLess, 0x0d, 0, 0x0b, 0x0b];
  const locals = [2, 1, 0x7f, 1, 0x7b];
  const bytes = [...locals, ...loop, 0x0b];
  return [...unsigned(bytes.length), ...bytes];
}

const section = (id: number, entries: readonly Code[]): Code => {
  const bytes = [...unsigned(entries.length), ...entries.flat()];
  return [id, ...unsigned(bytes.length), ...bytes];
};
const name = (text: string): Code => [...unsigned(text.length), ...Buffer.from(text, 'latin1')];

/** The module; it works on the memory `env.memory`. */
export function vectorModule(): Uint8Array<ArrayBuffer> {
  const names = Object.keys(BODIES);
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, [[0x60, 3, 0x7f, 0x7f, 0x7f, 0]]),
    ...section(2, [[...name('env'), ...name('memory'), 2, 0, 0]]),
    ...section(
      3,
      names.map(() => [0]),
    ),
    ...section(
      7,
      names.map((each, index) => [...name(each), 0, index]),
    ),
    ...section(10, Object.values(BODIES).map(functionCode)),
  ]);
}
