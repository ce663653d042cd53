/** Number types of stored tensors, little-endian, under safetensors' names. */
export type ElementType = 'F64' | 'F32' | 'F16' | 'BF16' | 'I64' | 'I32' | 'I16' | 'I8' | 'U8' | 'BOOL';

export const ELEMENT_BYTES: Readonly<Record<ElementType, number>> = {
  F64: 8,
  F32: 4,
  F16: 2,
  BF16: 2,
  I64: 8,
  I32: 4,
  I16: 2,
  I8: 1,
  U8: 1,
  BOOL: 1,
};

/** Numbers of any type, rounded to float32. float32 at an aligned address is not copied. */
export function toFloat32(type: ElementType, bytes: Buffer): Float32Array {
  const length = bytes.byteLength / ELEMENT_BYTES[type];
  // Nearly every model: millions of values that need not be looked at one by one.
  if (type === 'F32' && bytes.byteOffset % 4 === 0) return new Float32Array(bytes.buffer, bytes.byteOffset, length);
  const values = new Float32Array(length);
  if (type === 'F32') new Uint8Array(values.buffer).set(bytes);
  else if (type === 'BF16') {
    // The upper half of a float32.
    const bits = new Uint32Array(values.buffer);
    for (let i = 0; i < length; i++) bits[i] = bytes.readUInt16LE(2 * i) * 0x10000;
  } else {
    const read = READERS[type];
    for (let i = 0; i < length; i++) values[i] = read(bytes, i);
  }
  return values;
}

type Reader = (bytes: Buffer, index: number) => number;

const READERS: Readonly<Record<Exclude<ElementType, 'F32' | 'BF16'>, Reader>> = {
  F64: (bytes, i) => bytes.readDoubleLE(8 * i),
  F16: (bytes, i) => halfToNumber(bytes.readUInt16LE(2 * i)),
  I64: (bytes, i) => Number(bytes.readBigInt64LE(8 * i)),
  I32: (bytes, i) => bytes.readInt32LE(4 * i),
  I16: (bytes, i) => bytes.readInt16LE(2 * i),
  I8: (bytes, i) => bytes.readInt8(i),
  U8: (bytes, i) => bytes.readUInt8(i),
  BOOL: (bytes, i) => (bytes.readUInt8(i) === 0 ? 0 : 1),
};

/** IEEE 754 binary16. */
function halfToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
