import type { RemoteAccess } from './bytes/remote-access.js';

/** Where a set's encoded images lie. Plain data: it goes to other threads. */
export type SampleSource = {
  readonly kind: 'records' | 'files';
  /** The `.rec` file, or the folder that the files lie in. */
  readonly path: string;
  readonly access?: RemoteAccess;
};

/** Places of some samples in a source, in order. Plain data. */
export type SampleLocations =
  | {
      readonly kind: 'records';
      /** Record keys, for messages. */ readonly keys: Uint32Array;
      /** First byte of each record. */ readonly offsets: Float64Array;
    }
  | {
      readonly kind: 'files';
      /** Paths inside the folder, with `/`. */ readonly names: readonly string[];
      /** What a listing said of remote files; empty for local ones. */
      readonly sizes: Float64Array;
      readonly etags: readonly string[];
    };

/** Reads encoded images of a source; every thread opens its own. */
export interface SampleReader {
  /** The encoded image at position `at` of `locations`. @throws ArcFleetError `dataset_corrupt` naming file, record and byte. */
  read(locations: SampleLocations, at: number): Promise<Uint8Array>;
  /** What an error message calls it. */
  describe(locations: SampleLocations, at: number): string;
  close(): Promise<void>;
}
