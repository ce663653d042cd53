/** The only things that the pickle parser builds. */
export type PickleValue =
  | null
  | boolean
  | number
  | string
  | Uint8Array
  | PickleList
  | PickleTuple
  | NumpyArray
  | PickleGlobal
  | PickleDtype
  | PickleDict
  | PickleObject;

export class PickleList {
  readonly items: PickleValue[] = [];
}

export class PickleTuple {
  constructor(readonly items: readonly PickleValue[]) {}
}

/** Entries in order; of equal keys the last one counts, as in Python. Only dialects have dictionaries. */
export class PickleDict {
  readonly entries = new Map<PickleValue, PickleValue>();
}

/** Something that a dialect built, or a global of its own. */
export class PickleObject {
  constructor(readonly value: unknown) {}
}

/** What one kind of pickle may hold beyond lists, tuples, numbers, text, bytes and numpy's byte arrays. */
export interface PickleDialect {
  /** For messages: what is read of such a file. */
  readonly holds: string;
  /** `module name` of a global -> what a call of it gives; nothing of that name is ever looked up. */
  readonly globals: Readonly<Record<string, (args: readonly PickleValue[]) => PickleValue>>;
  /** What a persistent id stands for. */
  readonly persistent: (id: PickleValue) => PickleValue;
}

/** The name of an allowed global; it stands for itself and is never looked up anywhere. */
export class PickleGlobal {
  constructor(readonly name: AllowedGlobal) {}
}

export class PickleDtype {
  constructor(readonly code: string) {}
}

/** A numpy array of bytes (`u1`), booleans (`b1`) or integers (`i1`, `i4`, `i8`); `data` are its bytes, little-endian. C or Fortran order not told apart: callers take it as one row. */
export class NumpyArray {
  dtype = '';
  shape: readonly number[] = [];
  data: Uint8Array = new Uint8Array(0);
}

/** `module name` of the pickle -> what it means. numpy moved its internals from `core` to `_core` in version 2. */
export const ALLOWED_GLOBALS = {
  '_codecs encode': 'encode',
  '__builtin__ bytes': 'bytes',
  'builtins bytes': 'bytes',
  '__builtin__ bytearray': 'bytes',
  'builtins bytearray': 'bytes',
  'numpy ndarray': 'ndarray',
  'numpy dtype': 'dtype',
  'numpy.core.multiarray _reconstruct': 'reconstruct',
  'numpy._core.multiarray _reconstruct': 'reconstruct',
  'numpy.core.multiarray scalar': 'scalar',
  'numpy._core.multiarray scalar': 'scalar',
  'numpy.core.numeric _frombuffer': 'frombuffer',
  'numpy._core.numeric _frombuffer': 'frombuffer',
} as const;
export type AllowedGlobal = (typeof ALLOWED_GLOBALS)[keyof typeof ALLOWED_GLOBALS];

/** A reason without a place; the parser adds file, opcode and byte. */
export class PickleRefusal extends Error {}
