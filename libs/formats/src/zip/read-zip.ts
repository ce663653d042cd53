import type { FileHandle } from 'node:fs/promises';
import { ArcFleetError, type ErrorCode } from '#contracts';

export interface ZipEntry {
  readonly name: string;
  readonly method: 'stored' | 'deflated';
  readonly crc32: number;
  readonly compressedSize: number;
  readonly size: number;
  /** Position of the local header. */
  readonly offset: number;
}

const END_SIZE = 22;
const MAX_COMMENT = 0xffff;
const CENTRAL_SIZE = 46;
const LOCAL_SIZE = 30;
const MAX_CENTRAL_BYTES = 64 * 1024 * 1024;
const SYMLINK = 0o120000;
const TYPE_MASK = 0o170000;

/** Makes the error of one zip file from what is wrong with it. */
export type ZipFailure = (what: string) => ArcFleetError;

/** @param code what a damaged file means to whoever reads it. */
export function zipFailure(file: string, code: ErrorCode): ZipFailure {
  return (what) => new ArcFleetError(code, `${file} is not a sound zip file: ${what}. Fetch it again`, { file });
}

/**
 * Entries of a zip file from its central directory, every number checked against the file's size. Zip64 is understood;
 * encryption, several disks, links and names that leave the folder are refused.
 *
 * @throws ArcFleetError as `fail` makes it.
 */
export async function readZip(handle: FileHandle, fail: ZipFailure): Promise<ZipEntry[]> {
  const { size: fileSize } = await handle.stat();
  const end = await findEnd(handle, fileSize, fail);
  if (end.offset + end.size > end.position) throw fail('its directory lies outside the file');
  if (end.size > MAX_CENTRAL_BYTES) throw fail(`a directory of ${end.size} bytes`);
  const central = await readExactly(handle, end.offset, end.size, fail);
  const entries: ZipEntry[] = [];
  const names = new Set<string>();
  let at = 0;
  for (let i = 0; i < end.count; i++) {
    if (at + CENTRAL_SIZE > central.length || central.readUInt32LE(at) !== 0x02014b50) {
      throw fail(`directory entry ${i} of ${end.count} is damaged`);
    }
    const nameLength = central.readUInt16LE(at + 28);
    const extraLength = central.readUInt16LE(at + 30);
    const next = at + CENTRAL_SIZE + nameLength + extraLength + central.readUInt16LE(at + 32);
    if (next > central.length) throw fail(`directory entry ${i} of ${end.count} is cut off`);
    const name = central.toString('utf8', at + CENTRAL_SIZE, at + CENTRAL_SIZE + nameLength);
    const extra = central.subarray(at + CENTRAL_SIZE + nameLength, at + CENTRAL_SIZE + nameLength + extraLength);
    const entry = parseEntry(central.subarray(at, next), name, extra, fail);
    if (entry.offset + LOCAL_SIZE + entry.compressedSize > end.offset) throw fail(`${name} lies outside the file`);
    if (names.has(name)) throw fail(`${name} is in it twice`);
    names.add(name);
    entries.push(entry);
    at = next;
  }
  if (at !== central.length) throw fail(`${central.length - at} bytes of its directory are left over`);
  return entries;
}

function parseEntry(header: Buffer, name: string, extra: Buffer, fail: ZipFailure): ZipEntry {
  if (name === '' || name.startsWith('/') || /[\\\0:]/.test(name) || name.split('/').includes('..')) {
    throw fail(`it has a member with the name ${JSON.stringify(name)}`);
  }
  if ((header.readUInt16LE(8) & 1) !== 0) throw fail(`${name} is encrypted`);
  if (((header.readUInt32LE(38) >>> 16) & TYPE_MASK) === SYMLINK) throw fail(`${name} is a link`);
  const method = header.readUInt16LE(10);
  if (method !== 0 && method !== 8) throw fail(`${name} is compressed by the unknown method ${method}`);
  const wide = zip64Fields(extra);
  const large = (value: number, what: string): number => {
    if (value !== 0xffffffff) return value;
    const taken = wide.shift();
    if (taken === undefined || taken > BigInt(Number.MAX_SAFE_INTEGER)) throw fail(`${name} has no sound ${what}`);
    return Number(taken);
  };
  // The order in which zip64 lists those that do not fit.
  const size = large(header.readUInt32LE(24), 'size');
  const compressedSize = large(header.readUInt32LE(20), 'compressed size');
  const offset = large(header.readUInt32LE(42), 'position');
  if (method === 0 && size !== compressedSize) throw fail(`${name} is stored with two sizes`);
  return { name, method: method === 0 ? 'stored' : 'deflated', crc32: header.readUInt32LE(16), compressedSize, size, offset };
}

/** The 8-byte numbers of the zip64 extra field, in order; none where there is no such field. */
function zip64Fields(extra: Buffer): bigint[] {
  for (let at = 0; at + 4 <= extra.length;) {
    const end = at + 4 + extra.readUInt16LE(at + 2);
    if (extra.readUInt16LE(at) === 1 && end <= extra.length) {
      return Array.from({ length: Math.floor((end - at - 4) / 8) }, (_unused, i) => extra.readBigUInt64LE(at + 4 + 8 * i));
    }
    at = end;
  }
  return [];
}

interface DirectoryEnd {
  readonly count: number;
  readonly size: number;
  readonly offset: number;
  /** Where the directory has to end at the latest. */
  readonly position: number;
}

async function findEnd(handle: FileHandle, fileSize: number, fail: ZipFailure): Promise<DirectoryEnd> {
  if (fileSize < END_SIZE) throw fail(`it has ${fileSize} bytes`);
  const tailSize = Math.min(fileSize, END_SIZE + MAX_COMMENT);
  const tail = await readExactly(handle, fileSize - tailSize, tailSize, fail);
  for (let at = tailSize - END_SIZE; at >= 0; at--) {
    // The comment has to reach to the end, or this is no end record but bytes that look like one.
    if (tail.readUInt32LE(at) !== 0x06054b50 || at + END_SIZE + tail.readUInt16LE(at + 20) !== tailSize) continue;
    const position = fileSize - tailSize + at;
    const end = {
      count: tail.readUInt16LE(at + 10),
      size: tail.readUInt32LE(at + 12),
      offset: tail.readUInt32LE(at + 16),
      position,
    };
    if (end.count === 0xffff || end.size === 0xffffffff || end.offset === 0xffffffff) return findWideEnd(handle, position, fail);
    if (tail.readUInt16LE(at + 4) !== 0 || tail.readUInt16LE(at + 8) !== end.count) throw fail('it is a part of several');
    return end;
  }
  throw fail('it has no directory; it may be cut off');
}

async function findWideEnd(handle: FileHandle, position: number, fail: ZipFailure): Promise<DirectoryEnd> {
  const locator = await readExactly(handle, position - 20, 20, fail);
  if (locator.readUInt32LE(0) !== 0x07064b50) throw fail('its zip64 directory cannot be found');
  const at = Number(locator.readBigUInt64LE(8));
  const record = await readExactly(handle, at, 56, fail);
  if (record.readUInt32LE(0) !== 0x06064b50) throw fail('its zip64 directory cannot be found');
  const [count, size, offset] = [32, 40, 48].map((field) => Number(record.readBigUInt64LE(field))) as [number, number, number];
  return { count, size, offset, position: at };
}

/** @throws ArcFleetError when the file has fewer bytes. */
export async function readExactly(handle: FileHandle, position: number, length: number, fail: ZipFailure): Promise<Buffer> {
  if (!Number.isSafeInteger(position) || position < 0) throw fail(`it points to byte ${position}`);
  const buffer = Buffer.alloc(length);
  const { bytesRead } = await handle.read(buffer, 0, length, position);
  if (bytesRead !== length) throw fail(`it ends at byte ${position + bytesRead}, inside of a record`);
  return buffer;
}

/**
 * Where an entry's bytes begin, by its local header.
 *
 * @throws ArcFleetError when it is not where the directory says, or its bytes reach beyond the file.
 */
export async function readLocalStart(handle: FileHandle, entry: ZipEntry, fail: ZipFailure): Promise<number> {
  const header = await readExactly(handle, entry.offset, LOCAL_SIZE, fail);
  if (header.readUInt32LE(0) !== 0x04034b50) throw fail(`${entry.name} is not where the directory says`);
  const nameLength = header.readUInt16LE(26);
  const name = await readExactly(handle, entry.offset + LOCAL_SIZE, nameLength, fail);
  if (name.toString('utf8') !== entry.name) throw fail(`${entry.name} has another name where it lies`);
  return entry.offset + LOCAL_SIZE + nameLength + header.readUInt16LE(28);
}
