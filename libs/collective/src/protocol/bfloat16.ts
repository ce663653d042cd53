/** Bits of a float32, as a signed word, rounded to those of a bfloat16. */
const rounded = (word: number) =>
  (word & 0x7fffffff) > 0x7f800000 ? (word >>> 16) | 0x40 : ((word + 0x7fff + ((word >>> 16) & 1)) | 0) >>> 16;

/**
 * float32 -> bfloat16 bits, rounded to nearest, ties to even (the rounding of IEEE 754). NaN stays NaN (made quiet), infinities stay,
 * values beyond the largest bfloat16 become infinite. `out` is as long as `values`.
 */
export function toBfloat16(values: Float32Array, out: Uint16Array = new Uint16Array(values.length)): Uint16Array {
  const words = new Int32Array(values.buffer, values.byteOffset, values.length);
  for (let i = 0; i < out.length; i++) out[i] = rounded(words[i]!);
  return out;
}

/** bfloat16 bits -> float32, exactly. `out` is as long as `halves`. */
export function fromBfloat16(halves: Uint16Array, out: Float32Array = new Float32Array(halves.length)): Float32Array {
  const words = new Int32Array(out.buffer, out.byteOffset, out.length);
  for (let i = 0; i < words.length; i++) words[i] = halves[i]! << 16;
  return out;
}
