import { ByteCursor, ELEMENT_BYTES, toFloat32, type ElementType } from '#formats';

/**
 * MXNet's `.params`: a list of NDArrays and their names (insightface.md 5.6; NDArray::Save of MXNet 1.9.1), all little-endian.
 * `u64 0x112, u64 0, u64 count, arrays, u64 count, names`. An array starts with its version's magic; version 0 has none and
 * starts with its number of dimensions. Where an array lay (CPU or GPU) does not matter.
 */
const LIST_MAGIC = 0x112;
const V1_MAGIC = 0xf993fac8;
const V2_MAGIC = 0xf993fac9;
const V3_MAGIC = 0xf993faca;

const DENSE = 0;
const UNDEFINED_STORAGE = -1;
/** More dimensions than any layer's weight; MXNet's own limit is 32. */
const MAX_DIMENSIONS = 32;
const MAX_EXTENT = 2 ** 31 - 1;
const MAX_NAME_BYTES = 4096;

/** By MXNet's number of the type. */
const DTYPES: readonly ElementType[] = ['F32', 'F64', 'F16', 'U8', 'I32', 'I8', 'I64', 'BOOL'];

interface StoredArray {
  readonly shape: readonly number[];
  readonly dtype: ElementType;
  readonly position: number;
  readonly length: number;
}

/** Bounds-checked reader; data is read when it is asked for. Every error is `checkpoint_corrupt`, naming file and byte. */
export class MxnetParamsReader {
  private constructor(
    private readonly cursor: ByteCursor,
    private readonly arrays: ReadonlyMap<string, StoredArray>,
  ) {}

  static async open(path: string): Promise<MxnetParamsReader> {
    const cursor = await ByteCursor.open(path);
    try {
      return new MxnetParamsReader(cursor, await readIndex(cursor));
    } catch (error) {
      await cursor.close();
      throw error;
    }
  }

  get path(): string {
    return this.cursor.path;
  }

  /** Shapes by name. */
  get shapes(): ReadonlyMap<string, readonly number[]> {
    return new Map([...this.arrays].map(([name, { shape }]) => [name, shape]));
  }

  /** Elements in the file's order (the last axis runs fastest), rounded to float32. */
  async read(name: string): Promise<Float32Array> {
    const { cursor } = this;
    const array = this.arrays.get(name);
    if (!array) throw cursor.corrupt(`there is no array ${name}`, 0);
    return toFloat32(array.dtype, await cursor.readAt(array.position, array.length * ELEMENT_BYTES[array.dtype]));
  }

  async close(): Promise<void> {
    await this.cursor.close();
  }
}

async function readIndex(cursor: ByteCursor): Promise<Map<string, StoredArray>> {
  const magic = await cursor.count(Number.MAX_SAFE_INTEGER, 'the magic number');
  if (magic !== LIST_MAGIC) throw cursor.corrupt('this is no list of MXNet arrays', 0);
  cursor.skip(8);
  // The smallest array, one of version 0 without dimensions, has 4 bytes.
  const numArrays = await cursor.count(cursor.remaining / 4, 'the number of arrays');
  const arrays: StoredArray[] = [];
  for (let index = 0; index < numArrays; index++) arrays.push(await readArray(cursor));

  const at = cursor.position;
  const numNames = await cursor.count(numArrays, 'the number of names');
  if (numNames !== numArrays) {
    throw cursor.corrupt(`${numArrays} arrays have ${numNames} names: a model's parameters are all named`, at);
  }
  const named = new Map<string, StoredArray>();
  for (const array of arrays) {
    const start = cursor.position;
    const length = await cursor.count(MAX_NAME_BYTES, 'the length of a name');
    const name = nameOf((await cursor.take(length)).toString('utf8'));
    if (named.has(name)) throw cursor.corrupt(`two arrays are called ${name}`, start);
    named.set(name, array);
  }
  return named;
}

/**
 * Name here of a stored tensor: without `arg:` or `aux:`. What symbols call moving statistics, Gluon calls running (mnas): the
 * former is ours. Gluon also counts the networks of a process; here each is the first.
 */
export function nameOf(stored: string): string {
  return stored
    .replace(/^(?:arg|aux):/, '')
    .replace(/_running_(mean|var)$/, '_moving_$1')
    .replace(/^(mnasnet|densenet)\d+_/, (_, block: string) => `${block}0_`);
}

async function readArray(cursor: ByteCursor): Promise<StoredArray> {
  const start = cursor.position;
  const word = await cursor.u32();
  let shape: number[] | null;
  if (word === V3_MAGIC || word === V2_MAGIC) {
    await expectDense(cursor, start);
    shape = await readShape(cursor, await cursor.i32(), word === V3_MAGIC);
  } else if (word === V1_MAGIC) {
    shape = await readShape(cursor, await cursor.i32(), false);
  } else {
    if (word > MAX_DIMENSIONS) throw cursor.corrupt(`here should be an array, not ${word}`, start);
    shape = word === 0 ? null : [];
    for (let axis = 0; axis < word; axis++) shape!.push(await cursor.u32());
  }
  // Without a shape nothing more is stored.
  if (!shape) return { shape: [0], dtype: 'F32', position: cursor.position, length: 0 };

  cursor.skip(8);
  const at = cursor.position;
  const number = await cursor.i32();
  const dtype = DTYPES[number];
  if (!dtype) throw cursor.corrupt(`there is no element type ${number}`, at);
  const bytes = ELEMENT_BYTES[dtype];
  let length = 1;
  for (const extent of shape) {
    length *= extent;
    if (length * bytes > cursor.remaining) {
      throw cursor.corrupt(`an array of shape [${shape.join(', ')}] is larger than the rest of the file`, start);
    }
  }
  const { position } = cursor;
  cursor.skip(length * bytes);
  return { shape, dtype, position, length };
}

async function expectDense(cursor: ByteCursor, start: number): Promise<void> {
  const storage = await cursor.i32();
  if (storage === DENSE || storage === UNDEFINED_STORAGE) return;
  throw cursor.corrupt(`this array is sparse (storage type ${storage}); only dense ones can be read`, start);
}

/** null: the shape is not known. With numpy's meaning (`isNumpy`) no dimensions make a scalar, else they mean the same as that. */
async function readShape(cursor: ByteCursor, numDimensions: number, isNumpy: boolean): Promise<number[] | null> {
  if (numDimensions === (isNumpy ? -1 : 0)) return null;
  if (numDimensions < 0 || numDimensions > MAX_DIMENSIONS) {
    throw cursor.corrupt(`an array of ${numDimensions} dimensions cannot be`, cursor.position - 4);
  }
  const shape: number[] = [];
  for (let axis = 0; axis < numDimensions; axis++) shape.push(await cursor.count(MAX_EXTENT, 'a dimension of'));
  return shape;
}
