import { readAheadBytes } from '../bytes/byte-source.js';
import { IMAGE_HEADER_BYTES, PART_HEADER_BYTES, parseRecordHeader, WHOLE, type RecordHeader } from './record-format.js';
import type { RecordFile } from './record-file.js';
import { risingOrder, type RecordIndex } from './record-index.js';

/** Records with more labels than this are read whole instead of from the scan's window. */
const MAX_INLINE_LABELS = 16;

/** A record as the scan saw it. */
export interface ScannedRecord {
  readonly key: number;
  readonly offset: number;
  readonly header: RecordHeader;
  readonly hasImage: boolean;
}

/**
 * Visits the header of every indexed record in physical order: one sequential pass over the file, which also proves
 * that each offset points at a record and that each record lies inside the file.
 * Throws `dataset_corrupt` naming file, record key and byte.
 */
export async function scanHeaders(file: RecordFile, index: RecordIndex, visit: (record: ScannedRecord) => void): Promise<void> {
  const needed = PART_HEADER_BYTES + IMAGE_HEADER_BYTES + 4 * MAX_INLINE_LABELS;
  const buffer = new Uint8Array(Math.min(readAheadBytes(file.path), file.sizeBytes));
  let start = 0;
  let end = 0;
  for (const position of risingOrder(index.offsets)) {
    const key = index.keys[position] as number;
    const offset = index.offsets[position] as number;
    if (offset + PART_HEADER_BYTES > file.sizeBytes) {
      throw file.corrupt(key, offset, `starts at byte ${offset}, but the file ends at ${file.sizeBytes}`);
    }
    if (offset < start || Math.min(offset + needed, file.sizeBytes) > end) {
      start = offset;
      end = offset + (await file.readInto(buffer, offset, Math.min(buffer.length, file.sizeBytes - offset)));
    }
    const at = offset - start;
    const { cflag, length } = file.partHeader(buffer, at, offset, key);
    const payloadStart = at + PART_HEADER_BYTES;
    const inWindow = buffer.subarray(payloadStart, Math.min(payloadStart + length, end - start));
    let header = cflag === WHOLE ? parseRecordHeader(inWindow) : undefined;
    let payloadBytes = length;
    if (header === undefined) {
      // Cut by a magic, or with an unusual number of labels: rare, so it may cost a read of its own.
      const payload = await file.read(offset, key);
      header = parseRecordHeader(payload);
      payloadBytes = payload.length;
    }
    if (header === undefined) throw file.corrupt(key, offset, `is too short (${payloadBytes} bytes) for its image header`);
    visit({ key, offset, header, hasImage: payloadBytes > header.imageStart });
  }
}
