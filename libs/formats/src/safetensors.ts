import { open, type FileHandle } from 'node:fs/promises';
import { z } from 'zod';
import { ArcFleetError, type FileEntry } from '#contracts';
import { writeDurably } from './durable-file.js';
import { ELEMENT_BYTES, toFloat32, type ElementType } from './element-types.js';

/**
 * The safetensors format: u64 length of the header (little-endian), header in JSON (name -> dtype, shape,
 * data_offsets relative to the end of the header; `__metadata__` holds strings), then the tensors, row-major, without gaps.
 * Read is every type of number, as float32; written are float32 and, for counters, int64.
 */
export interface TensorSource {
  readonly name: string;
  readonly shape: readonly number[];
  /** Default F32; of I64 the pieces hold whole numbers, and are few. */
  readonly type?: 'F32' | 'I64';
  /** Elements in order, in pieces of any size; read once. A generator keeps one piece in memory at a time. */
  readonly pieces: () => Iterable<Float32Array> | AsyncIterable<Float32Array>;
}

const MAX_HEADER_BYTES = 64 * 1024 * 1024;

/** More dimensions than any layer's weight has. */
const MAX_DIMENSIONS = 32;

const extent = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER);
const tensorSchema = z.strictObject({
  dtype: z.enum(Object.keys(ELEMENT_BYTES) as [ElementType, ...ElementType[]]),
  shape: z.array(extent).max(MAX_DIMENSIONS),
  data_offsets: z.tuple([extent, extent]),
});
const metadataSchema = z.record(z.string(), z.string());

const sizeOf = (shape: readonly number[]): number => shape.reduce((product, size) => product * size, 1);

/** Writes tensors durably (complete or absent) and returns the file's name, size and SHA-256. */
export async function writeSafetensors(
  path: string,
  tensors: readonly TensorSource[],
  metadata: Readonly<Record<string, string>> = {},
): Promise<FileEntry> {
  const header: Record<string, unknown> = { __metadata__: metadata };
  let end = 0;
  for (const { name, shape, type = 'F32' } of tensors) {
    const begin = end;
    end += sizeOf(shape) * ELEMENT_BYTES[type];
    header[name] = { dtype: type, shape, data_offsets: [begin, end] };
  }
  // Padded so that the tensors start at a multiple of 8, as the reference writer does.
  const text = JSON.stringify(header);
  const json = Buffer.from(text + ' '.repeat((8 - (Buffer.byteLength(text) % 8)) % 8));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.byteLength));

  return writeDurably(path, async (write) => {
    await write(length);
    await write(json);
    for (const { name, shape, type = 'F32', pieces } of tensors) {
      let written = 0;
      for await (const piece of pieces()) {
        written += piece.length;
        const numbers = type === 'F32' ? piece : BigInt64Array.from(piece, BigInt);
        await write(new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength));
      }
      if (written !== sizeOf(shape)) {
        throw new ArcFleetError('internal', `Tensor ${name} of ${path} has ${written} elements instead of ${sizeOf(shape)}`);
      }
    }
  });
}

interface StoredTensor {
  readonly type: ElementType;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

/** Bounds-checked reader. Every error is `checkpoint_corrupt` and names the file. */
export class SafetensorsReader {
  private constructor(
    readonly path: string,
    private readonly file: FileHandle,
    private readonly dataStart: number,
    private readonly tensors: ReadonlyMap<string, StoredTensor>,
    readonly metadata: Readonly<Record<string, string>>,
  ) {}

  static async open(path: string): Promise<SafetensorsReader> {
    const file = await open(path, 'r').catch((error: unknown) => {
      throw new ArcFleetError('checkpoint_corrupt', `Cannot open ${path}: ${(error as Error).message}`, { file: path });
    });
    try {
      const { size } = await file.stat();
      const prefix = await readExactly(file, path, 0, 8, size);
      const headerBytes = Number(prefix.readBigUInt64LE());
      if (headerBytes > MAX_HEADER_BYTES || 8 + headerBytes > size) {
        throw corrupt(path, `byte 0: the header claims ${headerBytes} bytes, the file has ${size}`);
      }
      const text = (await readExactly(file, path, 8, headerBytes, size)).toString('utf8');
      const dataStart = 8 + headerBytes;
      const { tensors, metadata } = parseHeader(path, text, size - dataStart);
      return new SafetensorsReader(path, file, dataStart, tensors, metadata);
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  get names(): string[] {
    return [...this.tensors.keys()];
  }

  shapeOf(name: string): readonly number[] {
    return this.find(name).shape;
  }

  /** Elements `start`..`start + count` of a tensor (default: all of it), rounded to float32, as a new array. */
  async read(name: string, start = 0, count?: number): Promise<Float32Array> {
    const { type, begin, end } = this.find(name);
    const elementBytes = ELEMENT_BYTES[type];
    const available = (end - begin) / elementBytes;
    const wanted = count ?? available - start;
    if (start < 0 || wanted < 0 || start + wanted > available) {
      throw corrupt(this.path, `tensor ${name} has ${available} elements; ${start}..${start + wanted} were asked for`);
    }
    const bytes = Buffer.from(new ArrayBuffer(wanted * elementBytes));
    for (let offset = 0; offset < bytes.byteLength;) {
      const position = this.dataStart + begin + start * elementBytes + offset;
      const { bytesRead } = await this.file.read(bytes, offset, bytes.byteLength - offset, position);
      if (bytesRead === 0) throw corrupt(this.path, `byte ${position}: the file ends inside tensor ${name}`);
      offset += bytesRead;
    }
    return toFloat32(type, bytes);
  }

  async close(): Promise<void> {
    await this.file.close();
  }

  private find(name: string): StoredTensor {
    const tensor = this.tensors.get(name);
    if (!tensor) throw corrupt(this.path, `there is no tensor ${name}`);
    return tensor;
  }
}

function parseHeader(path: string, text: string, dataBytes: number) {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw corrupt(path, 'byte 8: the header is not JSON');
  }
  if (typeof json !== 'object' || json === null || Array.isArray(json)) throw corrupt(path, 'byte 8: the header is no object');
  const entries = Object.entries(json as Record<string, unknown>);
  // A JSON parser keeps the last of two entries under one name, so that the bytes of the first would be nobody's: a gap.
  const tensors = new Map<string, StoredTensor>();
  let metadata: Record<string, string> = {};
  for (const [name, entry] of entries) {
    const parsed = (name === '__metadata__' ? metadataSchema : tensorSchema).safeParse(entry);
    if (!parsed.success) {
      const [issue] = parsed.error.issues;
      throw corrupt(path, `byte 8: tensor ${name.slice(0, 80)}: ${issue?.path.join('.') ?? ''} ${issue?.message ?? 'malformed'}`);
    }
    if (name === '__metadata__') {
      metadata = parsed.data as Record<string, string>;
      continue;
    }
    const { dtype: type, shape, data_offsets: offsets } = parsed.data as z.output<typeof tensorSchema>;
    const [begin, end] = offsets;
    if (end < begin || end > dataBytes || end - begin !== sizeOf(shape) * ELEMENT_BYTES[type]) {
      throw corrupt(
        path,
        `tensor ${name} of type ${type} and shape [${shape.join(', ')}] claims bytes ${begin}..${end} of ${dataBytes}`,
      );
    }
    tensors.set(name, { type, shape, begin, end });
  }
  expectWhole(path, tensors, dataBytes);
  return { tensors, metadata };
}

/** Every byte belongs to one tensor: the format knows neither gaps nor overlaps, in which other data could hide. */
function expectWhole(path: string, tensors: ReadonlyMap<string, StoredTensor>, dataBytes: number): void {
  let at = 0;
  for (const [name, { begin, end }] of [...tensors].sort(([, a], [, b]) => a.begin - b.begin || a.end - b.end)) {
    if (begin !== at) throw corrupt(path, `tensor ${name} begins at ${begin} of the data, where the one before it ends at ${at}`);
    at = end;
  }
  if (at !== dataBytes) throw corrupt(path, `${dataBytes - at} bytes at the end belong to no tensor`);
}

async function readExactly(file: FileHandle, path: string, position: number, count: number, size: number): Promise<Buffer> {
  if (position + count > size) throw corrupt(path, `byte ${size}: the file ends inside its header`);
  const buffer = Buffer.alloc(count);
  const { bytesRead } = await file.read(buffer, 0, count, position);
  if (bytesRead !== count) throw corrupt(path, `byte ${position + bytesRead}: the file ends inside its header`);
  return buffer;
}

function corrupt(path: string, message: string): ArcFleetError {
  return new ArcFleetError('checkpoint_corrupt', `${path}: ${message}`, { file: path });
}
