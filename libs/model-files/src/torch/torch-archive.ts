import { open, type FileHandle } from 'node:fs/promises';
import { ArcFleetError } from '#contracts';
import { readExactly, readLocalStart, readZip, toFloat32, zipFailure, type ZipEntry, type ZipFailure } from '#formats';
import { bytesOf, parseStateDict, type TorchTensor } from './torch-pickle.js';

/** Names and shapes; a state dict of thousands of layers has less than a megabyte. */
const MAX_PICKLE_BYTES = 64 * 1024 * 1024;
const ZIP_MAGIC = 0x04034b50;

/**
 * A file of `torch.save`: a zip of stored members below one folder, `data.pkl` (the objects) and `data/<key>` (storages). Tensors
 * are read when asked for. Errors are `checkpoint_corrupt` naming file and member, or `pickle_refused` naming file and byte.
 */
export class TorchArchive {
  private readonly starts = new Map<string, number>();

  private constructor(
    readonly path: string,
    private readonly handle: FileHandle,
    private readonly fail: ZipFailure,
    private readonly members: ReadonlyMap<string, ZipEntry>,
    private readonly tensors: ReadonlyMap<string, TorchTensor>,
  ) {}

  static async open(path: string): Promise<TorchArchive> {
    const handle = await open(path, 'r').catch((error: unknown) => {
      throw new ArcFleetError('checkpoint_corrupt', `Cannot open ${path}: ${(error as Error).message}`, { file: path });
    });
    try {
      const fail = zipFailure(path, 'checkpoint_corrupt');
      await refuseOlder(handle, path);
      const members = await membersOf(handle, fail);
      const pickle = members.get('data.pkl');
      if (!pickle) throw fail('it has no data.pkl, so torch.save did not write it');
      if (pickle.size > MAX_PICKLE_BYTES) throw fail(`its data.pkl has ${pickle.size} bytes`);
      const start = await readLocalStart(handle, stored(pickle, fail), fail);
      const tensors = parseStateDict(await readExactly(handle, start, pickle.size, fail), path);
      for (const [name, tensor] of tensors) checkStorage(name, tensor, members, fail);
      return new TorchArchive(path, handle, fail, members, tensors);
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  /** Shapes by name. */
  get shapes(): ReadonlyMap<string, readonly number[]> {
    return new Map([...this.tensors].map(([name, { shape }]) => [name, shape]));
  }

  /** Row-major, whatever the tensor's strides are, rounded to float32. */
  async read(name: string): Promise<Float32Array> {
    const tensor = this.tensors.get(name);
    if (!tensor) throw this.fail(`it has no tensor ${name}`);
    const { shape, strides, offset, storage } = tensor;
    const length = shape.reduce((product, extent) => product * extent, 1);
    if (length === 0) return new Float32Array(0);
    const span = 1 + shape.reduce((sum, extent, axis) => sum + (extent - 1) * strides[axis]!, 0);
    const bytes = bytesOf(tensor);
    const start = (await this.startOf(storage.key)) + offset * bytes;
    const values = toFloat32(storage.type, await readExactly(this.handle, start, span * bytes, this.fail));
    return isContiguous(tensor) ? values : gather(values, shape, strides);
  }

  async close(): Promise<void> {
    await this.handle.close();
  }

  private async startOf(key: string): Promise<number> {
    const known = this.starts.get(key);
    if (known !== undefined) return known;
    const start = await readLocalStart(this.handle, this.members.get(`data/${key}`)!, this.fail);
    this.starts.set(key, start);
    return start;
  }
}

/** Before version 1.6 PyTorch wrote pickles one after the other, before 0.1.10 tar files. */
async function refuseOlder(handle: FileHandle, path: string): Promise<void> {
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(4), 0, 4, 0);
  if (bytesRead === 4 && buffer.readUInt32LE() === ZIP_MAGIC) return;
  const isPickle = bytesRead === 4 && buffer[0] === 0x80;
  throw new ArcFleetError(
    'checkpoint_corrupt',
    `${path}: byte 0: ${isPickle ? 'this is the format of PyTorch before 1.6' : 'this is no zip file, which torch.save writes'}. Load it in PyTorch and store it again: torch.save(torch.load(path, map_location='cpu'), path)`,
    { file: path, byte: 0 },
  );
}

/** Members by their path below the archive's one folder. */
async function membersOf(handle: FileHandle, fail: ZipFailure): Promise<Map<string, ZipEntry>> {
  const members = new Map<string, ZipEntry>();
  for (const entry of await readZip(handle, fail)) {
    const name = entry.name.slice(entry.name.indexOf('/') + 1);
    if (members.has(name)) throw fail(`it has two members ${name}`);
    members.set(name, entry);
  }
  if (members.has('constants.pkl')) throw fail('it is a TorchScript archive; store model.state_dict() with torch.save instead');
  const order = members.get('byteorder');
  if (order && order.size < 16) {
    const start = await readLocalStart(handle, stored(order, fail), fail);
    const word = (await readExactly(handle, start, order.size, fail)).toString('latin1').trim();
    if (word !== 'little') throw fail(`its numbers are ${word}-endian; store it again on another machine`);
  }
  return members;
}

function stored(entry: ZipEntry, fail: ZipFailure): ZipEntry {
  if (entry.method !== 'stored') throw fail(`${entry.name} is compressed, which torch.save never does`);
  return entry;
}

function checkStorage(name: string, tensor: TorchTensor, members: ReadonlyMap<string, ZipEntry>, fail: ZipFailure): void {
  const { key, length } = tensor.storage;
  const member = members.get(`data/${key}`);
  if (!member) throw fail(`it has no data/${key.slice(0, 40)}, where ${name} should be`);
  if (stored(member, fail).size !== length * bytesOf(tensor)) {
    throw fail(`${member.name} has ${member.size} bytes where ${length} elements of ${name} need ${length * bytesOf(tensor)}`);
  }
}

function isContiguous({ shape, strides }: TorchTensor): boolean {
  let expected = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    if (shape[axis] !== 1 && strides[axis] !== expected) return false;
    expected *= shape[axis]!;
  }
  return true;
}

function gather(values: Float32Array, shape: readonly number[], strides: readonly number[]): Float32Array {
  const gathered = new Float32Array(shape.reduce((product, extent) => product * extent, 1));
  const index = shape.map(() => 0);
  let from = 0;
  for (let at = 0; at < gathered.length; at++) {
    gathered[at] = values[from]!;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      from += strides[axis]!;
      if (++index[axis]! < shape[axis]!) break;
      from -= shape[axis]! * strides[axis]!;
      index[axis] = 0;
    }
  }
  return gathered;
}
