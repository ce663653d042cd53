import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rebuildRecordIndex } from './rebuild-index.js';
import { RecordFile } from './record-file.js';
import { encodeImageRecord, padded } from './record-format.js';
import { encodeRecord } from './record-writer.js';
import { scanRecords, type DamagedRegion } from './scan-records.js';
import { bytesAsFile, scanAll } from '../testing/scan-all.js';
import { fuzzScan } from '../testing/fuzz-scan.js';

const MAGIC_BYTES = Uint8Array.of(0x0a, 0x23, 0xd7, 0xce);

/** Image records with keys 0.., the payload of record 2 holding the magic twice. */
function sampleFile(count = 6): { file: Buffer; payloads: Uint8Array[]; starts: number[] } {
  const payloads = Array.from({ length: count }, (_, key) => {
    const image = Buffer.alloc(30 + 7 * key, key + 1);
    return encodeImageRecord([key], key, key === 2 ? Buffer.concat([MAGIC_BYTES, image.subarray(0, 8), MAGIC_BYTES]) : image);
  });
  const records = payloads.map(encodeRecord);
  const starts: number[] = [];
  records.reduce((at, record) => (starts.push(at), at + record.length), 0);
  return { file: Buffer.concat(records), payloads, starts };
}

const lengthAt = (file: Buffer, start: number, change: (length: number) => number): Buffer => {
  const copy = Buffer.from(file);
  const lrec = copy.readUInt32LE(start + 4);
  copy.writeUInt32LE(((lrec & 0xe0000000) | change(lrec & 0x1fffffff)) >>> 0, start + 4);
  return copy;
};

describe('scanRecords', () => {
  it('finds every record of a sound file with offset, header, id and payload, parts joined', async () => {
    const { file, payloads, starts } = sampleFile();
    const { records, damaged } = await scanAll(file);
    expect(damaged).toEqual([]);
    expect(records.map(({ offset }) => offset)).toEqual(starts);
    expect(records.map(({ id }) => id)).toEqual([0, 1, 2, 3, 4, 5]);
    expect(records.map(({ label }) => label)).toEqual([0, 1, 2, 3, 4, 5]);
    expect(records.map(({ numParts }) => numParts)).toEqual([1, 1, 3, 1, 1, 1]);
    expect(records.map(({ payload }) => Buffer.from(payload))).toEqual(payloads.map((payload) => Buffer.from(payload)));
  });

  it('reads what any writer of records wrote, however many windows it fills', async () => {
    const piece = fc.oneof(fc.constant(MAGIC_BYTES), fc.uint8Array({ maxLength: 9 }));
    const payload = fc.array(piece, { maxLength: 8 }).map((pieces) => Uint8Array.from(Buffer.concat(pieces)));
    await fc.assert(
      fc.asyncProperty(fc.array(payload, { maxLength: 8 }), async (payloads) => {
        const { records, damaged } = await scanAll(Buffer.concat(payloads.map(encodeRecord)));
        expect(damaged).toEqual([]);
        expect(records.map((record) => Buffer.from(record.payload))).toEqual(payloads.map((bytes) => Buffer.from(bytes)));
      }),
    );
    const large = [3_000_000, 5, 1_048_560, 1_048_568, 2_097_136, 0, 700_001, 700_002].map((length, i) =>
      Buffer.alloc(length, i + 1),
    );
    large[4]?.set(MAGIC_BYTES, 1_048_576);
    const { records, damaged } = await scanAll(Buffer.concat(large.map(encodeRecord)));
    expect(damaged).toEqual([]);
    expect(
      records.map((record) => Buffer.compare(Buffer.from(record.payload), large[records.indexOf(record)] as Buffer)),
    ).toEqual(large.map(() => 0));
  });

  it.each<[string, (file: Buffer, starts: number[]) => Buffer, number[], [number, number | 'end'], string]>([
    ['whose magic is gone', (f, s) => (f.fill(0, s[3], s[3]! + 4), f), [0, 1, 2, 4, 5], [3, 4], 'no record magic'],
    ['whose length is too long', (f, s) => lengthAt(f, s[1]!, (n) => n + 40), [0, 2, 3, 4, 5], [1, 2], 'but a record begins'],
    [
      'that swallows the next whole',
      (f, s) => lengthAt(f, s[3]!, () => s[5]! - s[3]! - 8),
      [0, 1, 2, 4, 5],
      [3, 4],
      'but a record begins',
    ],
    [
      'whose length passes the end',
      (f, s) => lengthAt(f, s[4]!, () => 2 ** 29 - 1),
      [0, 1, 2, 3, 5],
      [4, 5],
      'claims 536870911 bytes',
    ],
    ['that begins with a middle part', (f, s) => ((f[s[1]! + 7] = 2 << 5), f), [0, 2, 3, 4, 5], [1, 2], 'a part of kind 2'],
    ['that never ends', (f, s) => ((f[s[1]! + 7] = 1 << 5), f), [0, 2, 3, 4, 5], [1, 2], 'where a following part is due'],
    ['that ends with the file', (f, s) => f.subarray(0, s[5]! + 30), [0, 1, 2, 3, 4], [5, 'end'], 'the file ends'],
  ])('reports a record %s and finds the others', async (_what, damage, survivors, [from, to], why) => {
    const { file, starts } = sampleFile();
    const broken = damage(Buffer.from(file), starts);
    const { records, damaged } = await scanAll(broken);
    expect(records.map(({ id }) => id)).toEqual(survivors);
    expect(damaged).toEqual([
      { start: starts[from], end: to === 'end' ? broken.length : starts[to], why: expect.stringContaining(why) as string },
    ]);
  });

  it('takes one region of damage where records are broken one after another', async () => {
    const { file, starts } = sampleFile();
    file.fill(0xff, starts[1], starts[4]);
    const { records, damaged } = await scanAll(file);
    expect(records.map(({ id }) => id)).toEqual([0, 4, 5]);
    expect(damaged).toMatchObject([{ start: starts[1], end: starts[4] }]);
  });

  it('calls a file that holds no record damaged from end to end, and an empty one sound', async () => {
    const junk = Buffer.from('this is no record file at all');
    expect(await scanAll(junk)).toMatchObject({ records: [], damaged: [{ start: 0, end: junk.length }] });
    expect(await scanAll(Buffer.alloc(0))).toEqual({ records: [], damaged: [] });
  });

  it('passes on in linear time where thousands of chains run into one that never ends', async () => {
    const numHeaders = 20_000;
    const file = Buffer.alloc(numHeaders * 16 + 8);
    for (let i = 0; i < numHeaders; i++) {
      file.writeUInt32LE(0xced7230a, i * 8);
      file.writeUInt32LE(((1 << 29) | ((numHeaders - i - 1) * 8)) >>> 0, i * 8 + 4);
      file.writeUInt32LE(0xced7230a, (numHeaders + i) * 8);
      file.writeUInt32LE((2 << 29) >>> 0, (numHeaders + i) * 8 + 4);
    }
    const startedAt = performance.now();
    const { records, damaged } = await scanAll(file);
    expect(records).toEqual([]);
    expect(damaged).toHaveLength(1);
    expect(performance.now() - startedAt).toBeLessThan(10_000);
  });

  it('says so when the file becomes shorter while it is read', async () => {
    const { file } = sampleFile();
    const liar = { ...bytesAsFile(file), sizeBytes: file.length + 4_000_000 };
    await expect(scanRecords(liar, { record: () => undefined, damaged: () => undefined })).rejects.toMatchObject({
      code: 'dataset_corrupt',
      details: { byte: file.length },
    });
  });

  it('survives 12,000 damaged files: records and damage tile the file, and what was not touched is found', async () => {
    const { numCases, numSurvivors, slowestMs } = await fuzzScan({ seed: 1, numCases: 12_000 });
    console.log(
      `scan-records: ${numCases} damaged files, ${numSurvivors} untouched records found, slowest ${slowestMs.toFixed(1)} ms`,
    );
    expect(numSurvivors).toBeGreaterThan(20_000);
    expect(slowestMs).toBeLessThan(2_000);
  });
});

describe('rebuildRecordIndex', () => {
  let folder: string;
  beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), 'arcfleet-rebuild-'))));
  afterAll(() => rm(folder, { recursive: true, force: true }));

  const nothing = new Uint8Array(0);
  const rebuild = (payloads: Uint8Array[]) => rebuildRecordIndex(bytesAsFile(Buffer.concat(payloads.map(encodeRecord))));
  const image = Buffer.alloc(40, 7);

  it('takes unique ids for keys, in whatever order they lie', async () => {
    const payloads = [5, 1, 3].map((id) => encodeImageRecord([0], id, image));
    payloads.push(encodeImageRecord([6, 7], 0, nothing));
    const { index, keysFrom } = await rebuild(payloads);
    expect(keysFrom).toBe('ids');
    expect([...index.keys]).toEqual([5, 1, 3, 0]);
  });

  it('numbers the records where ids repeat, and gives key 0 to a table of contents that lies last', async () => {
    const images = [0, 0, 1].map((label) => encodeImageRecord([label], 0, image));
    const identities = [
      [1, 3],
      [3, 4],
    ].map((range) => encodeImageRecord(range, 0, nothing));
    const table = encodeImageRecord([4, 6], 0, nothing);
    expect(await rebuild([...images, ...identities, table])).toMatchObject({
      keysFrom: 'order',
      index: { keys: Uint32Array.of(1, 2, 3, 4, 5, 0) },
    });
    expect(await rebuild([table, ...images, ...identities])).toMatchObject({
      keysFrom: 'order',
      index: { keys: Uint32Array.of(0, 1, 2, 3, 4, 5) },
    });
    expect(await rebuild(images)).toMatchObject({ keysFrom: 'order', index: { keys: Uint32Array.of(0, 1, 2) } });
  });

  it('leaves out what is damaged and says where it is', async () => {
    const bytes = Buffer.concat([0, 1, 2].map((id) => encodeRecord(encodeImageRecord([0], id, image))));
    const start = 8 + padded(24 + image.length);
    bytes.fill(0, start, start + 4);
    const path = join(folder, 'train.rec');
    await writeFile(path, bytes);
    const file = await RecordFile.open(path);
    const { index, damaged } = await rebuildRecordIndex(file).finally(() => file.close());
    expect([...index.keys]).toEqual([0, 2]);
    expect([...index.offsets]).toEqual([0, 2 * start]);
    expect(damaged).toEqual<DamagedRegion[]>([
      { start, end: 2 * start, why: expect.stringContaining('no record magic') as string },
    ]);
  });

  it('refuses a file without records, naming it', async () => {
    await expect(rebuildRecordIndex(bytesAsFile(Buffer.alloc(100)))).rejects.toMatchObject({
      code: 'dataset_corrupt',
      details: { file: 'memory.rec', byte: 0 },
    });
  });
});
