import { ELEMENT_BYTES, PickleDict, PickleObject, PickleRefusal, PickleTuple, type ElementType } from '#formats';
import { parsePickle, type PickleDialect, type PickleValue } from '#formats';

/** A tensor as PyTorch stores it: a view of a storage that others may share. Nothing of it is read yet. */
export interface TorchTensor {
  readonly shape: readonly number[];
  /** In elements. */
  readonly strides: readonly number[];
  /** First element within the storage. */
  readonly offset: number;
  readonly storage: TorchStorage;
}

export interface TorchStorage {
  readonly type: ElementType;
  /** Name of its member below `data/`. */
  readonly key: string;
  readonly length: number;
}

/** As many as any layer's weight has, with room. */
const MAX_DIMENSIONS = 16;

const STORAGES: Readonly<Record<string, ElementType>> = {
  DoubleStorage: 'F64',
  FloatStorage: 'F32',
  HalfStorage: 'F16',
  BFloat16Storage: 'BF16',
  LongStorage: 'I64',
  IntStorage: 'I32',
  ShortStorage: 'I16',
  CharStorage: 'I8',
  ByteStorage: 'U8',
  BoolStorage: 'BOOL',
};

class StorageType {
  constructor(readonly type: ElementType) {}
}

const isStorage = (value: unknown): value is TorchStorage => typeof value === 'object' && value !== null && 'key' in value;
const isTensor = (value: unknown): value is TorchTensor => typeof value === 'object' && value !== null && 'strides' in value;

/** torch.save's own words: tensors are rebuilt by calls that are known by name, their storages are persistent ids. */
const DIALECT: PickleDialect = {
  holds: "dictionaries of tensors (a model's state_dict())",
  globals: {
    'collections OrderedDict': emptyDict,
    'torch._utils _rebuild_tensor_v2': rebuildTensor,
    'torch._utils _rebuild_parameter': ([tensor]) => tensor ?? null,
    ...Object.fromEntries(Object.entries(STORAGES).map(([name, type]) => [`torch ${name}`, notCalled(type)])),
  },
  persistent: storageOf,
};

/** Storage types are named, never called: the function is their name. */
function notCalled(type: ElementType): PickleDialect['globals'][string] {
  return Object.assign(
    () => {
      throw new PickleRefusal('a storage is not called directly');
    },
    { storage: new StorageType(type) },
  );
}

function emptyDict(args: readonly PickleValue[]): PickleValue {
  if (args.length > 0) throw new PickleRefusal('an OrderedDict with arguments');
  return new PickleDict();
}

/** ('storage', type, key, where it lay, number of elements). */
function storageOf(id: PickleValue): PickleValue {
  const [word, type, key, , length] = id instanceof PickleTuple ? id.items : [];
  const named = type instanceof PickleObject ? (type.value as { storage?: unknown }).storage : null;
  if (word !== 'storage' || !(named instanceof StorageType) || typeof key !== 'string' || !isCount(length)) {
    throw new PickleRefusal('a persistent id that is no storage');
  }
  return new PickleObject({ type: named.type, key, length } satisfies TorchStorage);
}

/** (storage, offset, size, stride, requires_grad, backward_hooks); every element must lie inside of the storage. */
function rebuildTensor(args: readonly PickleValue[]): PickleValue {
  const [source, offset, size, stride] = args;
  const storage = source instanceof PickleObject ? source.value : null;
  const [shape, strides] = [countsOf(size), countsOf(stride)];
  if (!isStorage(storage) || !isCount(offset) || shape.length !== strides.length) {
    throw new PickleRefusal('a tensor that cannot be rebuilt');
  }
  const length = shape.reduce((product, extent) => product * extent, 1);
  const last = offset + shape.reduce((sum, extent, axis) => sum + (extent - 1) * strides[axis]!, 0);
  // A tensor that repeats elements could be of any size.
  if (length > storage.length || (length > 0 && last >= storage.length)) {
    throw new PickleRefusal(
      `a tensor of shape [${shape.join(', ')}] reaches beyond the ${storage.length} elements of its storage`,
    );
  }
  return new PickleObject({ shape, strides, offset, storage } satisfies TorchTensor);
}

function isCount(value: PickleValue | undefined): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

function countsOf(value: PickleValue | undefined): number[] {
  const items = value instanceof PickleTuple ? value.items : null;
  if (!items || items.length > MAX_DIMENSIONS || !items.every(isCount))
    throw new PickleRefusal('extents that are no tuple of counts');
  return [...items];
}

/** Where training scripts put a backbone's state dict when they save more than that. */
const NESTED = ['state_dict_backbone', 'state_dict', 'backbone', 'model'];

/** `nn.DataParallel` and DistributedDataParallel put this before every name. */
const PARALLEL_PREFIX = 'module.';

/**
 * Tensors of a state dict by name, from the pickle inside a `torch.save` file; of a training checkpoint those of its backbone.
 *
 * @throws ArcFleetError `pickle_refused` naming file, opcode and byte.
 */
export function parseStateDict(bytes: Uint8Array, file: string): Map<string, TorchTensor> {
  const root = parsePickle(bytes, file, DIALECT);
  const outer = entriesOf(root);
  const nested = NESTED.map((key) => outer.get(key)).find((value) => value instanceof PickleDict);
  const tensors = new Map<string, TorchTensor>();
  for (const [key, value] of nested ? entriesOf(nested) : outer) {
    const tensor = value instanceof PickleObject ? value.value : null;
    if (isTensor(tensor)) tensors.set(key.startsWith(PARALLEL_PREFIX) ? key.slice(PARALLEL_PREFIX.length) : key, tensor);
  }
  return tensors;
}

function entriesOf(value: PickleValue): Map<string, PickleValue> {
  const named = new Map<string, PickleValue>();
  if (!(value instanceof PickleDict)) return named;
  for (const [key, entry] of value.entries) if (typeof key === 'string') named.set(key, entry);
  return named;
}

export function bytesOf({ storage }: TorchTensor): number {
  return ELEMENT_BYTES[storage.type];
}
