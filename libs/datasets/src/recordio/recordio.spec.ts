import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RecordFile } from './record-file.js';
import { FIRST, LAST, MIDDLE, padded, RECORD_MAGIC, WHOLE } from './record-format.js';
import { readRecordIndex, risingOrder } from './record-index.js';
import { encodeRecord, RecordWriter } from './record-writer.js';

let folder: string;
let numFiles = 0;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'arcfleet-recordio-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const newPath = (): string => join(folder, `file-${++numFiles}`);

/** u32 magic, u32 (cflag << 29 | length), payload, zeros to the next multiple of 4. */
function part(cflag: number, payload: Uint8Array, { magic = RECORD_MAGIC, length = payload.length } = {}): Buffer {
  const bytes = Buffer.alloc(8 + padded(payload.length));
  bytes.writeUInt32LE(magic, 0);
  bytes.writeUInt32LE(((cflag << 29) | length) >>> 0, 4);
  bytes.set(payload, 8);
  return bytes;
}

const MAGIC_BYTES = Uint8Array.of(0x0a, 0x23, 0xd7, 0xce);
const ascii = (text: string): Uint8Array => Buffer.from(text, 'latin1');

async function read(bytes: Uint8Array, offset = 0): Promise<Uint8Array> {
  const path = newPath();
  await writeFile(path, bytes);
  const file = await RecordFile.open(path);
  try {
    return await file.read(offset, 7);
  } finally {
    await file.close();
  }
}

const refused = async (bytes: Uint8Array, offset = 0) => {
  const error = await read(bytes, offset).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toMatchObject({ code: 'dataset_corrupt', details: { record: 7 } });
  return error as { message: string; details: { byte: number; file: string } };
};

/** Payloads in which the magic is frequent, aligned and not. */
const payloadArbitrary = fc
  .array(fc.oneof(fc.constant(MAGIC_BYTES), fc.uint8Array({ maxLength: 9 })), { maxLength: 8 })
  .map((pieces) => Uint8Array.from(Buffer.concat(pieces)));

describe('records', () => {
  it('come back as they were written, the magic in their payload included', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(payloadArbitrary, { minLength: 1, maxLength: 6 }), async (payloads) => {
        const [rec, idx] = [newPath(), newPath()];
        const writer = await RecordWriter.create(rec, idx);
        for (const [key, payload] of payloads.entries()) await writer.append(key, payload);
        await writer.close();
        const index = await readRecordIndex(idx);
        expect([...index.keys]).toEqual(payloads.map((_, key) => key));
        const file = await RecordFile.open(rec);
        try {
          for (const [key, payload] of payloads.entries()) {
            expect([...(await file.read(index.offsets[key]!, key))]).toEqual([...payload]);
          }
        } finally {
          await file.close();
        }
      }),
      { numRuns: 60 },
    );
  });

  it('are cut at an aligned magic only, in parts of the kinds that dmlc-core names', async () => {
    const payload = Buffer.concat([ascii('abcd'), MAGIC_BYTES, ascii('x'), MAGIC_BYTES, ascii('yzw'), MAGIC_BYTES, ascii('e')]);
    const expected = Buffer.concat([
      part(FIRST, ascii('abcd')),
      part(MIDDLE, Buffer.concat([ascii('x'), MAGIC_BYTES, ascii('yzw')])),
      part(LAST, ascii('e')),
    ]);
    expect(Buffer.from(encodeRecord(payload))).toEqual(expected);
    expect(Buffer.from(await read(expected))).toEqual(payload);
    expect(Buffer.from(encodeRecord(MAGIC_BYTES))).toEqual(Buffer.concat([part(FIRST, ascii('')), part(LAST, ascii(''))]));
  });

  it('longer than the first read are read whole, wherever their parts end', async () => {
    for (const length of [16 * 1024 - 9, 16 * 1024 - 8, 16 * 1024 - 7, 16 * 1024, 50_000]) {
      const first = Buffer.alloc(padded(length), 1);
      const payload = Buffer.concat([first, MAGIC_BYTES, Buffer.alloc(40_000, 2)]);
      expect(Buffer.compare(Buffer.from(await read(encodeRecord(payload))), payload)).toBe(0);
    }
  });

  it('cut off at any byte are refused, naming file, record and byte', async () => {
    const whole = Buffer.concat([part(FIRST, ascii('abcd')), part(MIDDLE, ascii('efgh')), part(LAST, ascii('ij'))]);
    const path = newPath();
    await writeFile(path, whole);
    // The last two bytes are padding: without them nothing is missing.
    for (let length = whole.length - 3; length >= 0; length--) {
      await truncate(path, length);
      const file = await RecordFile.open(path);
      const error: unknown = await file.read(0, 7).catch((reason: unknown) => reason);
      await file.close();
      expect(error, `${length} bytes`).toMatchObject({ code: 'dataset_corrupt', details: { file: path, record: 7 } });
      expect((error as { details: { byte: number } }).details.byte).toBeLessThanOrEqual(whole.length);
    }
  });

  it.each([
    ['without the magic', part(WHOLE, ascii('abcd'), { magic: 0x12345678 }), 0, 'found 0x12345678'],
    ['of a length beyond the file', part(WHOLE, ascii('abcd'), { length: 5 }), 0, 'claims 5 bytes'],
    ['of the largest length', part(WHOLE, ascii('abcd'), { length: 2 ** 29 - 1 }), 0, 'claims 536870911 bytes'],
    ['that begin with a middle part', part(MIDDLE, ascii('abcd')), 0, 'kind 2'],
    ['that begin with a last part', part(LAST, ascii('abcd')), 0, 'kind 3'],
    ['of an unknown kind', part(5, ascii('abcd')), 0, 'kind 5'],
    ['that never end', Buffer.concat([part(FIRST, ascii('abcd')), part(MIDDLE, ascii('efgh'))]), 24, 'needs 8 bytes'],
    ['that begin again before they end', Buffer.concat([part(FIRST, ascii('abcd')), part(FIRST, ascii('efgh'))]), 12, 'kind 1'],
    ['whose second part is another record', Buffer.concat([part(FIRST, ascii('abcd')), part(WHOLE, ascii('e'))]), 12, 'kind 0'],
    ['whose second part has no magic', Buffer.concat([part(FIRST, ascii('abcd')), Buffer.alloc(12)]), 12, 'no record magic'],
  ])('%s are refused', async (_what, bytes, byte, message) => {
    const error = await refused(bytes);
    expect(error.message).toContain(message);
    expect(error.details.byte).toBe(byte);
  });

  it('that an index places beyond the file, or between records, are refused', async () => {
    const bytes = part(WHOLE, ascii('abcdefgh'));
    expect((await refused(bytes, 16)).message).toContain('only 16');
    await refused(bytes, 2 ** 40);
    await refused(bytes, 4);
    await refused(bytes, 12);
  });

  it('of damaged bytes are read or refused, and never fail otherwise', async () => {
    const whole = Buffer.concat([part(FIRST, ascii('abcd')), part(LAST, ascii('efgh')), part(WHOLE, ascii('ijklm'))]);
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(whole.length - 1), fc.integer({ min: 0, max: 255 })), { minLength: 1, maxLength: 5 }),
        async (changes) => {
          const bytes = Buffer.from(whole);
          for (const [at, value] of changes) bytes[at] = value;
          await read(bytes).catch((error: unknown) => expect(error).toMatchObject({ code: 'dataset_corrupt' }));
        },
      ),
      { numRuns: 200 },
    );
  });

  it('of a file that is not there are not found', async () => {
    await expect(RecordFile.open(join(folder, 'nowhere'))).rejects.toMatchObject({ code: 'dataset_not_found' });
  });
});

describe('readRecordIndex', () => {
  async function parse(text: string) {
    const path = newPath();
    await writeFile(path, text, 'latin1');
    const { keys, offsets } = await readRecordIndex(path);
    return [...keys].map((key, line) => [key, offsets[line]]);
  }

  it('reads keys and offsets in file order, whatever ends the lines', async () => {
    expect(await parse('0\t0\n2\t9007199254740991\r\n1\t4294967296')).toEqual([
      [0, 0],
      [2, 2 ** 53 - 1],
      [1, 2 ** 32],
    ]);
    expect(await parse('')).toEqual([]);
    expect(await parse('\n\n5\t6\n\n')).toEqual([[5, 6]]);
  });

  it('reads more lines than fit into one piece, cut anywhere', async () => {
    const count = 120_000;
    const lines = Array.from({ length: count }, (_, key) => `${key}\t${key * 1_000_003}\n`);
    const parsed = await parse(lines.join(''));
    expect(parsed).toHaveLength(count);
    expect(parsed.every(([key, offset], line) => key === line && offset === line * 1_000_003)).toBe(true);
  });

  it.each([
    ['0\t0\n1 5\n', 2, 'unexpected byte 0x20'],
    ['0\t0\n1\n', 2, 'incomplete'],
    ['0\t0\n1\t\n', 2, 'incomplete'],
    ['\t5\n', 1, 'unexpected byte 0x09'],
    ['1\t2\t3\n', 1, 'unexpected byte 0x09'],
    ['-1\t5\n', 1, 'unexpected byte 0x2d'],
    ['4294967296\t5\n', 1, 'beyond 2^32'],
    ['1\t9007199254740992\n', 1, 'too large'],
    ['1\t00000000000000000000000\n', 1, 'too large'],
    ['0\t0\n0\t1e3\n', 2, 'unexpected byte 0x65'],
  ])('refuses %j, naming the line', async (text, line, message) => {
    await expect(parse(text)).rejects.toMatchObject({
      code: 'dataset_corrupt',
      message: expect.stringContaining(message),
      details: { line },
    });
  });

  it('reads or refuses whatever it is given', async () => {
    const text = fc.string({ unit: fc.constantFrom('0', '9', '\t', '\n', '\r', 'x', '-'), maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(text, async (given) => {
        await parse(given).catch((error: unknown) => expect(error).toMatchObject({ code: 'dataset_corrupt' }));
      }),
      { numRuns: 200 },
    );
  });
});

it('risingOrder sorts positions by value', () => {
  fc.assert(
    fc.property(fc.array(fc.nat()), (values) => {
      const order = risingOrder(Float64Array.from(values));
      expect([...order].map((at) => values[at])).toEqual([...values].sort((a, b) => a - b));
    }),
  );
});
