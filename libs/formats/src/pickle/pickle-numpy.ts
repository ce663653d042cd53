import {
  type AllowedGlobal,
  NumpyArray,
  PickleDtype,
  PickleGlobal,
  PickleList,
  PickleRefusal,
  PickleTuple,
  type PickleValue,
} from './pickle-values.js';

/** numpy itself knows no more. */
const MAX_DIMENSIONS = 64;
/** Allowed element types and their sizes in bytes. */
const ITEM_BYTES: Readonly<Record<string, number>> = { u1: 1, b1: 1, i1: 1, i4: 4, i8: 8 };

/**
 * Text to bytes, no more in all than the file is long: each text of a file is encoded once at most, but a memo can hold out the same
 * text again and again.
 */
export class Latin1Encoder {
  constructor(private left: number) {}

  encode(value: string): Uint8Array {
    this.left -= value.length;
    if (this.left < 0) throw new PickleRefusal('more text is encoded than the file holds');
    const bytes = Buffer.from(value, 'latin1');
    // Buffer keeps only the low byte of a character; such text was never bytes.
    if (bytes.toString('latin1') !== value) throw new PickleRefusal('text beyond latin1 where bytes are due');
    return bytes;
  }
}

/** What a call of an allowed global gives. */
export function reduce(name: AllowedGlobal, args: readonly PickleValue[], encoder: Latin1Encoder): PickleValue {
  switch (name) {
    case 'encode':
      return encode(args[0], args[1], encoder);
    case 'bytes': {
      if (args.length === 0) return new Uint8Array(0);
      const [value, encoding] = args;
      if (value instanceof Uint8Array) return value;
      return encode(value, encoding, encoder);
    }
    case 'dtype':
      return new PickleDtype(dtypeCode(args[0]));
    case 'reconstruct': {
      if (!(args[0] instanceof PickleGlobal) || args[0].name !== 'ndarray')
        throw new PickleRefusal('only numpy.ndarray is reconstructed');
      return new NumpyArray();
    }
    case 'scalar': {
      const [dtype, bytes] = args;
      if (!(dtype instanceof PickleDtype)) throw new PickleRefusal('a numpy scalar without dtype');
      return scalar(dtype.code, asBytes(bytes, encoder));
    }
    case 'frombuffer': {
      const [bytes, dtype, shape] = args;
      return fill(new NumpyArray(), shape, dtype, bytes, encoder);
    }
    case 'ndarray':
      throw new PickleRefusal('numpy.ndarray is not called directly');
  }
}

/** The BUILD opcode: the state of an array is (version, shape, dtype, isFortran, bytes); that of a dtype adds nothing here. */
export function build(target: PickleValue, state: PickleValue, encoder: Latin1Encoder): void {
  if (target instanceof PickleDtype) {
    const [, order] = state instanceof PickleTuple ? state.items : [];
    // '|' means that byte order does not matter; int64 scalars say '<'.
    if (order !== undefined && !['|', '<', '='].includes(text(order))) throw new PickleRefusal('a dtype with another byte order');
    return;
  }
  if (!(target instanceof NumpyArray) || !(state instanceof PickleTuple))
    throw new PickleRefusal('a state for something that has none');
  const items = state.items.length === 5 ? state.items.slice(1) : state.items;
  const [shape, dtype, , bytes] = items;
  fill(target, shape, dtype, bytes, encoder);
}

function fill(
  array: NumpyArray,
  shape: PickleValue | undefined,
  dtype: PickleValue | undefined,
  bytes: PickleValue | undefined,
  encoder: Latin1Encoder,
): NumpyArray {
  if (!(dtype instanceof PickleDtype)) throw new PickleRefusal('a numpy array without dtype');
  const sizes = shape instanceof PickleTuple ? shape.items : typeof shape === 'number' ? [shape] : [];
  if (sizes.length > MAX_DIMENSIONS) throw new PickleRefusal(`a numpy array of ${sizes.length} dimensions`);
  let size = 1;
  for (const length of sizes) {
    if (typeof length !== 'number' || length < 0) throw new PickleRefusal('a numpy array with a broken shape');
    size *= length;
  }
  const data = asBytes(bytes, encoder);
  size *= ITEM_BYTES[dtype.code] ?? 1;
  if (size !== data.length) throw new PickleRefusal(`a numpy array of ${size} bytes that holds ${data.length}`);
  array.dtype = dtype.code;
  array.shape = sizes as number[];
  array.data = data;
  return array;
}

function scalar(code: string, bytes: Uint8Array): PickleValue {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (code === 'b1' && bytes.length === 1) return bytes[0] !== 0;
  if (code === 'u1' && bytes.length === 1) return bytes[0] as number;
  if (code === 'i1' && bytes.length === 1) return view.getInt8(0);
  if (code === 'i4' && bytes.length === 4) return view.getInt32(0, true);
  if (code === 'i8' && bytes.length === 8) return Number(view.getBigInt64(0, true));
  throw new PickleRefusal(`a numpy scalar of type ${JSON.stringify(code)} and ${bytes.length} bytes`);
}

/** The elements of an array as numbers (booleans as 0 and 1). */
export function numpyIntegers({ dtype, data }: NumpyArray): number[] {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const bytes = ITEM_BYTES[dtype] ?? 1;
  return Array.from({ length: data.length / bytes }, (_, i) => {
    if (bytes === 8) return Number(view.getBigInt64(8 * i, true));
    if (bytes === 4) return view.getInt32(4 * i, true);
    if (dtype === 'i1') return view.getInt8(i);
    return dtype === 'b1' ? Number(data[i] !== 0) : (data[i] as number);
  });
}

function dtypeCode(value: PickleValue | undefined): string {
  const code = text(value).replace(/^[|<=]/, '');
  if (!Object.hasOwn(ITEM_BYTES, code))
    throw new PickleRefusal(`the numpy type ${JSON.stringify(code.slice(0, 20))} is not allowed`);
  return code;
}

/** `_codecs.encode(text, 'latin1')`: how Python 3 writes bytes into protocols 0 to 2. */
function encode(value: PickleValue | undefined, encoding: PickleValue | undefined, encoder: Latin1Encoder): Uint8Array {
  if (typeof value !== 'string' || !['latin1', 'latin-1'].includes(text(encoding)))
    throw new PickleRefusal('only text is encoded, and only as latin1');
  return encoder.encode(value);
}

/** Numpy writes its byte strings as bytes, as latin1 text (read from Python 2) or as a bytearray. */
function asBytes(value: PickleValue | undefined, encoder: Latin1Encoder): Uint8Array {
  if (value instanceof Uint8Array) return value;
  if (typeof value === 'string') return encoder.encode(value);
  if (value instanceof PickleList) throw new PickleRefusal('a numpy array of objects');
  throw new PickleRefusal('bytes are due');
}

function text(value: PickleValue | undefined): string {
  if (typeof value === 'string') return value;
  return value instanceof Uint8Array ? Buffer.from(value).toString('latin1') : '';
}
