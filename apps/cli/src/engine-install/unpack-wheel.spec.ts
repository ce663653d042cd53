import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ArcFleetError } from '#contracts';
import { buildZip, type ZipMember } from '../../../../libs/formats/src/testing/build-zip.js';
import { unpackWheel } from './unpack-wheel.js';

const text = (content: string, name = 'a/file.txt'): ZipMember => ({ name, content: Buffer.from(content) });

describe('unpackWheel', () => {
  let scratch: string;
  beforeEach(() => (scratch = mkdtempSync(join(tmpdir(), 'arcfleet-zip-'))));
  afterEach(() => rmSync(scratch, { recursive: true, force: true }));

  const unpack = (zip: Buffer, maxBytes?: number) => {
    rmSync(join(scratch, 'out'), { recursive: true, force: true });
    const wheel = join(scratch, 'test.whl');
    writeFileSync(wheel, zip);
    return unpackWheel(wheel, join(scratch, 'out'), (name) => name, maxBytes);
  };
  const refuses = async (zip: Buffer, reason: string | RegExp, maxBytes?: number) => {
    const error: unknown = await unpack(zip, maxBytes).then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(ArcFleetError);
    expect((error as Error).message).toMatch(reason);
    expect(readdirSync(scratch).filter((name) => name !== 'test.whl' && name !== 'out')).toEqual([]);
  };

  it('unpacks the chosen members, stored, deflated, empty and zip64', async () => {
    const large = Buffer.alloc(300_000, 'abcdefg');
    const zip = buildZip(
      [
        { name: 'keep/large.bin', content: large, isWide: true },
        { name: 'keep/stored.txt', content: Buffer.from('as it is'), stored: true },
        { name: 'keep/', content: Buffer.alloc(0), stored: true },
        { name: 'keep/empty', content: Buffer.alloc(0), stored: true },
        text('not this one', 'leave/out.txt'),
      ],
      { isWide: true },
    );
    writeFileSync(join(scratch, 'test.whl'), zip);
    const written = await unpackWheel(join(scratch, 'test.whl'), join(scratch, 'out'), (name) =>
      name.startsWith('keep/') ? name.replace('keep', 'kept') : null,
    );
    expect(written.sort()).toEqual(['kept/empty', 'kept/large.bin', 'kept/stored.txt']);
    expect(readFileSync(join(scratch, 'out', 'kept/large.bin')).equals(large)).toBe(true);
    expect(readFileSync(join(scratch, 'out', 'kept/stored.txt'), 'utf8')).toBe('as it is');
    expect(readdirSync(join(scratch, 'out'))).toEqual(['kept']);
  });

  it('refuses a file that was cut off, wherever', async () => {
    const zip = buildZip([text('some content'), text('more of it', 'b')]);
    for (let length = 0; length < zip.length; length++) {
      await expect(unpack(zip.subarray(0, length)), `cut to ${length} bytes`).rejects.toThrow('is not a sound zip file');
    }
  });

  it('refuses names that leave the folder', async () => {
    for (const name of ['../escape', 'a/../../escape', '/etc/escape', 'a\\..\\..\\escape', 'C:escape', 'a\0b']) {
      await refuses(buildZip([text('x', name)]), 'a member with the name');
    }
  });

  it('refuses links, encryption, unknown methods and doubled names', async () => {
    await refuses(buildZip([{ ...text('/etc/passwd'), lies: { mode: 0o120777 } }]), 'is a link');
    await refuses(buildZip([{ ...text('x'), lies: { flags: 1 } }]), 'is encrypted');
    await refuses(buildZip([{ ...text('x'), lies: { method: 99 } }]), 'unknown method 99');
    await refuses(buildZip([text('x'), text('y')]), 'in it twice');
  });

  it('refuses a member that is larger or smaller than it says, without writing more than that', async () => {
    const bomb: ZipMember = { name: 'bomb', content: Buffer.alloc(5_000_000), lies: { size: 1000 } };
    await refuses(buildZip([bomb]), 'larger than its entry says');
    expect(readFileSync(join(scratch, 'out', 'bomb')).length).toBeLessThanOrEqual(1000);
    await refuses(buildZip([{ ...text('short'), lies: { size: 1000 } }]), 'has 5 bytes instead of 1000');
  });

  it('refuses sizes that add up to more than allowed before it writes anything', async () => {
    await refuses(buildZip([{ ...text('x'), lies: { size: 0xfffffffe } }]), 'would unpack to 4294967294 bytes', 1e9);
    expect(readdirSync(scratch)).toEqual(['test.whl']);
  });

  it('refuses a wrong checksum and a damaged stream', async () => {
    await refuses(buildZip([{ ...text('x'), lies: { crc32: 7 } }]), 'checksum of a/file.txt is wrong');
    const zip = buildZip([text('some content that deflates', 'a')]);
    zip[31] = 0xff; // first byte of the stream: a block type that does not exist
    await refuses(zip, 'cannot be unpacked');
  });

  it('refuses a directory that contradicts the members', async () => {
    await refuses(buildZip([{ ...text('x'), lies: { localName: 'other/name' } }]), 'another name where it lies');
    await refuses(buildZip([{ ...text('x'), lies: { offset: 5000 } }]), 'lies outside the file');
    await refuses(buildZip([{ ...text('x'), isWide: true, lies: { offset: Number.MAX_SAFE_INTEGER } }]), 'outside the file');
    await refuses(buildZip([text('x'), { ...text('y', 'b'), lies: { offset: 3 } }]), 'not where the directory says');
    await refuses(buildZip([text('x')], { extraCount: 1 }), 'directory entry 1 of 2 is damaged');
  });

  it('refuses what is no zip file', async () => {
    await refuses(Buffer.from('<html>Not found</html>'), 'is not a sound zip file');
    await refuses(Buffer.alloc(0), 'it has 0 bytes');
  });
});
