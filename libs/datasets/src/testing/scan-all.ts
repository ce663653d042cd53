import { scanRecords, type DamagedRegion, type ScannableFile } from '../recordio/scan-records.js';

/** Bytes that stand for a file. */
export function bytesAsFile(bytes: Uint8Array): ScannableFile {
  return {
    path: 'memory.rec',
    sizeBytes: bytes.length,
    readInto: async (target, offset, length) => {
      const piece = bytes.subarray(offset, offset + length);
      target.set(piece);
      return piece.length;
    },
  };
}

export interface KeptRecord {
  readonly offset: number;
  readonly end: number;
  readonly id: number;
  readonly label: number | undefined;
  readonly numParts: number;
  readonly payload: Uint8Array;
}

/** Everything that a scan finds, copied. */
export async function scanAll(bytes: Uint8Array): Promise<{ records: KeptRecord[]; damaged: DamagedRegion[] }> {
  const records: KeptRecord[] = [];
  const damaged: DamagedRegion[] = [];
  await scanRecords(bytesAsFile(bytes), {
    record: async ({ offset, end, id, header, numParts, payload }) => {
      records.push({ offset, end, id, label: header?.label, numParts, payload: (await payload()).slice() });
    },
    damaged: (region) => void damaged.push(region),
  });
  return { records, damaged };
}
