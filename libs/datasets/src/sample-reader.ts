import { parseRecordHeader } from './recordio/record-format.js';
import { RecordFile } from './recordio/record-file.js';

/** Where a set's encoded images lie. Plain data: it goes to other threads. */
export type SampleSource = { readonly kind: 'records'; /** The `.rec` file. */ readonly path: string };

/** Places of some samples in a source, in order. Plain data. */
export type SampleLocations = {
  readonly kind: 'records';
  /** Record keys, for messages. */ readonly keys: Uint32Array;
  /** First byte of each record. */ readonly offsets: Float64Array;
};

/** Reads encoded images of a source; every thread opens its own. */
export interface SampleReader {
  /** The encoded image at position `at` of `locations`. @throws ArcFleetError `dataset_corrupt` naming file, record and byte. */
  read(locations: SampleLocations, at: number): Promise<Uint8Array>;
  /** What an error message calls it. */
  describe(locations: SampleLocations, at: number): string;
  close(): Promise<void>;
}

/** @throws ArcFleetError `dataset_not_found` */
export async function openSampleReader(source: SampleSource): Promise<SampleReader> {
  const file = await RecordFile.open(source.path);
  return {
    read: async ({ keys, offsets }, at) => {
      const [key, offset] = [keys[at] as number, offsets[at] as number];
      const payload = await file.read(offset, key);
      const header = parseRecordHeader(payload);
      if (header === undefined) throw file.corrupt(key, offset, 'is too short for its image header');
      return payload.subarray(header.imageStart);
    },
    describe: ({ keys }, at) => `record ${keys[at]} of ${file.path}`,
    close: () => file.close(),
  };
}
