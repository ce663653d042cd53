import { crc32, deflateRawSync } from 'node:zlib';

export interface ZipMember {
  readonly name: string;
  readonly content: Buffer;
  readonly stored?: boolean;
  /** Untruths for tests: what the directory says instead. */
  readonly lies?: {
    readonly size?: number;
    readonly crc32?: number;
    readonly offset?: number;
    readonly localName?: string;
    readonly flags?: number;
    readonly method?: number;
    readonly mode?: number;
  };
  /** Write sizes and position as zip64. */
  readonly isWide?: boolean;
}

/** A zip file byte by byte, sound or with the lies that are asked for. */
export function buildZip(members: readonly ZipMember[], { isWide = false, extraCount = 0 } = {}): Buffer {
  const locals: Buffer[] = [];
  const central: Buffer[] = [];
  let offset = 0;
  for (const { name, content, stored = false, lies = {}, isWide: isWideMember = false } of members) {
    const data = stored ? content : deflateRawSync(content);
    const method = lies.method ?? (stored ? 0 : 8);
    const local = Buffer.alloc(30);
    local.writeUInt32LE(0x04034b50, 0);
    local.writeUInt16LE(method, 8);
    const localName = Buffer.from(lies.localName ?? name);
    local.writeUInt16LE(localName.length, 26);
    locals.push(local, localName, data);

    const header = Buffer.alloc(46);
    const nameBytes = Buffer.from(name);
    header.writeUInt32LE(0x02014b50, 0);
    header.writeUInt16LE(lies.flags ?? 0, 8);
    header.writeUInt16LE(method, 10);
    header.writeUInt32LE(lies.crc32 ?? crc32(content), 16);
    header.writeUInt16LE(nameBytes.length, 28);
    header.writeUInt32LE(((lies.mode ?? 0o100644) << 16) >>> 0, 38);
    const size = lies.size ?? content.length;
    const position = lies.offset ?? offset;
    const extra = isWideMember ? Buffer.alloc(28) : Buffer.alloc(0);
    if (isWideMember) {
      extra.writeUInt16LE(1, 0);
      extra.writeUInt16LE(24, 2);
      [size, data.length, position].forEach((value, i) => extra.writeBigUInt64LE(BigInt(value), 4 + 8 * i));
    }
    header.writeUInt16LE(extra.length, 30);
    header.writeUInt32LE(isWideMember ? 0xffffffff : data.length, 20);
    header.writeUInt32LE(isWideMember ? 0xffffffff : size, 24);
    header.writeUInt32LE(isWideMember ? 0xffffffff : position, 42);
    central.push(header, nameBytes, extra);
    offset += local.length + localName.length + data.length;
  }
  const directory = Buffer.concat(central);
  const count = members.length + extraCount;
  return Buffer.concat([
    ...locals,
    directory,
    ...(isWide ? wideEnd(count, directory.length, offset) : [end(count, directory.length, offset)]),
  ]);
}

function end(count: number, size: number, offset: number): Buffer {
  const record = Buffer.alloc(22);
  record.writeUInt32LE(0x06054b50, 0);
  record.writeUInt16LE(count, 8);
  record.writeUInt16LE(count, 10);
  record.writeUInt32LE(size, 12);
  record.writeUInt32LE(offset, 16);
  return record;
}

function wideEnd(count: number, size: number, offset: number): Buffer[] {
  const record = Buffer.alloc(56);
  record.writeUInt32LE(0x06064b50, 0);
  record.writeBigUInt64LE(44n, 4);
  [count, count, size, offset].forEach((value, i) => record.writeBigUInt64LE(BigInt(value), 24 + 8 * i));
  const locator = Buffer.alloc(20);
  locator.writeUInt32LE(0x07064b50, 0);
  locator.writeBigUInt64LE(BigInt(offset + size), 8);
  return [record, locator, end(0xffff, 0xffffffff, 0xffffffff)];
}
