import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { bytesAsFile, scanAll } from '../testing/scan-all.js';
import { decodeImage } from '../decode-image.js';
import { rebuildRecordIndex } from './rebuild-index.js';
import { RecordFile } from './record-file.js';
import { parseRecordHeader } from './record-format.js';
import { readRecordIndex } from './record-index.js';
import { encodeRecord } from './record-writer.js';

const place = (name: string): string =>
  fileURLToPath(new URL(`../../../../../libs/datasets/src/fixtures/mxnet/${name}`, import.meta.url));

const MAGIC = '\x0a\x23\xd7\xce';
const latin1 = (text: string): Buffer => Buffer.from(text, 'latin1');
/** PARTS of make_fixtures.py. */
const PARTS = [
  '',
  'a',
  `abcd${MAGIC}efg`,
  `x${MAGIC}yz`,
  MAGIC,
  `${MAGIC}${MAGIC}tail`,
  `head${MAGIC}`,
  String.fromCharCode(...Array.from({ length: 256 }, (_, i) => i)),
].map(latin1);

describe('records written by MXNet', () => {
  it('of many parts are scanned as they were given to its writer, and ours writes the same bytes', async () => {
    const file = await readFile(place('parts.rec'));
    const { records, damaged } = await scanAll(file);
    expect(damaged).toEqual([]);
    expect(records.map(({ payload }) => Buffer.from(payload))).toEqual(PARTS);
    expect(records.map(({ numParts }) => numParts)).toEqual([1, 1, 2, 1, 2, 3, 2, 1]);
    expect(Buffer.concat(PARTS.map(encodeRecord))).toEqual(file);
  });

  it.each(['faces', 'im2rec'])('%s.idx is rebuilt line by line from its .rec', async (name) => {
    const { keys, offsets } = await readRecordIndex(place(`${name}.idx`));
    const rebuilt = await rebuildRecordIndex(bytesAsFile(await readFile(place(`${name}.rec`))));
    expect(rebuilt).toMatchObject({ keysFrom: 'ids', numDamaged: 0 });
    expect([...rebuilt.index.keys]).toEqual([...keys]);
    expect([...rebuilt.index.offsets]).toEqual([...offsets]);
  });

  it('faces.rec: images, identity records, then record 0 with the keys of both', async () => {
    const { keys, offsets } = await readRecordIndex(place('faces.idx'));
    const file = await RecordFile.open(place('faces.rec'));
    const header = async (key: number) => {
      const payload = await file.read(offsets[keys.indexOf(key)] as number, key);
      const { flag, labels, label, imageStart } = parseRecordHeader(payload)!;
      return { flag, labels: [...labels], label, image: payload.subarray(imageStart) };
    };
    try {
      expect(await header(0)).toMatchObject({ flag: 2, labels: [7, 10], image: new Uint8Array(0) });
      expect(await header(9)).toMatchObject({ flag: 2, labels: [4, 7] });
      const { label, image } = await header(5);
      expect(label).toBe(2);
      expect([...(await decodeImage(image, { height: 8, width: 8 }, 'x'))]).toEqual(Array(8 * 8 * 3).fill(100));
    } finally {
      await file.close();
    }
  });

  it('of a shuffled set without index are numbered by their ids', async () => {
    const { index, keysFrom } = await rebuildRecordIndex(bytesAsFile(await readFile(place('shuffled.rec'))));
    expect(keysFrom).toBe('ids');
    expect([...index.keys]).toEqual([0, 1, 2, 3]);
  });
});
