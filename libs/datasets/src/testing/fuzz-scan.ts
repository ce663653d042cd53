import { encodeImageRecord } from '../recordio/record-format.js';
import { encodeRecord } from '../recordio/record-writer.js';
import { RandomSource } from '../synthetic/random-source.js';
import { scanAll } from './scan-all.js';

const MAGIC_BYTES = Uint8Array.of(0x0a, 0x23, 0xd7, 0xce);
const EXTREMES = [0, 1, 0x1fffffff, 0x20000000, 0x3fffffff, 0x40000000, 0x60000000, 0x7fffffff, 0xffffffff, 0xced7230a];

interface Original {
  readonly start: number;
  readonly end: number;
  readonly payload: Uint8Array;
}

/**
 * Scans `numCases` files that were damaged at random: bytes flipped, ends cut off, header words set to extremes, pieces of
 * the file copied over others, aligned pieces inserted. Each must be tiled by records and damage, and hold the records
 * that were not touched, unchanged. Throws with seed and case at the first that does not.
 */
export async function fuzzScan({ seed, numCases }: { seed: number; numCases: number }): Promise<{
  numCases: number;
  numSurvivors: number;
  slowestMs: number;
}> {
  let numSurvivors = 0;
  let slowestMs = 0;
  for (let item = 0; item < numCases; item++) {
    const random = new RandomSource(seed, 'fuzz/records', item);
    const { bytes, survivors } = damagedFile(random);
    const startedAt = performance.now();
    const { records, damaged } = await scanAll(bytes);
    slowestMs = Math.max(slowestMs, performance.now() - startedAt);
    const fail = (what: string): Error => new Error(`seed ${seed}, case ${item}: ${what}`);

    const spans = [...records.map(({ offset, end }) => [offset, end]), ...damaged.map(({ start, end }) => [start, end])];
    spans.sort(([a = 0], [b = 0]) => a - b);
    let at = 0;
    for (const [start, end = 0] of spans) {
      if (start !== at || end <= at) throw fail(`byte ${at} is in no record and in no damaged region, or in two`);
      at = end;
    }
    if (at !== bytes.length) throw fail(`the bytes behind ${at} are in no record and in no damaged region`);
    const found = new Map(records.map((record) => [record.offset, record]));
    for (const { start, payload } of survivors) {
      const record = found.get(start);
      if (!record || Buffer.compare(record.payload, payload) !== 0) throw fail(`the sound record at byte ${start} was not found`);
    }
    numSurvivors += survivors.length;
  }
  return { numCases, numSurvivors, slowestMs };
}

function damagedFile(random: RandomSource): { bytes: Uint8Array; survivors: Original[] } {
  let originals: Original[] = [];
  const encoded: Uint8Array[] = [];
  let length = 0;
  const numRecords = 1 + random.index(7);
  for (let key = 0; key < numRecords; key++) {
    const image = Uint8Array.from({ length: random.index(60) }, () => random.index(256));
    if (image.length >= 12 && random.chance(0.3)) image.set(MAGIC_BYTES, 4 * random.index(2));
    const payload = random.chance(0.9) ? encodeImageRecord([key], key, image) : image;
    const record = encodeRecord(payload);
    encoded.push(record);
    originals.push({ start: length, end: length + record.length, payload });
    length += record.length;
  }
  let bytes: Uint8Array = Buffer.concat(encoded);
  const touch = (from: number, to: number): void => {
    originals = originals.filter(({ start, end }) => end <= from || start >= to);
  };
  for (let count = 1 + random.index(3); count > 0 && bytes.length >= 8; count--) {
    const at = random.index(bytes.length);
    const aligned = at - (at % 4);
    switch (random.index(5)) {
      case 0:
        bytes[at] = random.index(256);
        touch(at, at + 1);
        break;
      case 1:
        if (!random.chance(0.3)) break;
        bytes = bytes.slice(0, at);
        touch(at, Infinity);
        break;
      case 2:
        if (aligned + 4 > bytes.length) break;
        new DataView(bytes.buffer, bytes.byteOffset).setUint32(aligned, random.pick(EXTREMES), true);
        touch(aligned, aligned + 4);
        break;
      case 3: {
        const piece = bytes.slice(aligned, aligned + 4 * (1 + random.index(20)));
        const to = 4 * random.index(bytes.length / 4);
        const fitting = piece.subarray(0, bytes.length - to);
        bytes.set(fitting, to);
        touch(to, to + fitting.length);
        break;
      }
      default: {
        const piece = bytes.slice(aligned, aligned + 4 * (1 + random.index(20)));
        const inserted = piece.subarray(0, piece.length - (piece.length % 4));
        const to = 4 * random.index(bytes.length / 4);
        bytes = Buffer.concat([bytes.subarray(0, to), inserted, bytes.subarray(to)]);
        originals = originals.filter(({ start, end }) => end <= to || start >= to);
        originals = originals.map((record) =>
          record.start >= to ? { ...record, start: record.start + inserted.length, end: record.end + inserted.length } : record,
        );
      }
    }
  }
  return { bytes, survivors: originals };
}
