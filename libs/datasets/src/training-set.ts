import type { DatasetKind } from '#contracts';
import type { RemoteAccess } from './bytes/remote-access.js';
import type { SampleLocations, SampleSource } from './sample-source.js';

/** A data set of labelled face images. Samples are numbered 0..numImages-1 in rising order of their keys. */
export interface TrainingSet {
  readonly kind: DatasetKind;
  /** The folder, local or `s3://`. */
  readonly path: string;
  readonly numImages: number;
  readonly numClasses: number;
  /** Size in pixels that images are decoded to. */
  readonly height: number;
  readonly width: number;
  /** Class of each sample, 0..numClasses-1; checked when the set was opened. */
  readonly labels: Int32Array;
  /** What its user should know: how it was opened where that is not the usual way. */
  readonly notes?: readonly string[];
  /** Where the samples lie: what another thread opens to read them by itself; null: nothing that it could open. */
  readonly source: SampleSource | null;
  /** Where these samples lie in the source, in the order given; null: a set in memory, which only this thread can read. */
  locate(indices: Uint32Array): SampleLocations | null;
  /** The encoded image of a sample. Throws `dataset_corrupt` naming file, record and byte. */
  read(index: number): Promise<Uint8Array>;
  /** What an error message calls this sample, for example "record 17 of /data/train.rec". */
  describe(index: number): string;
  close(): Promise<void>;
}

/** What may be said when a set is opened. */
export interface OpenOptions {
  /** How `s3://` paths are reached and where the cache lies. */
  readonly access?: RemoteAccess;
  /** Size in pixels to which folders of images are decoded; default 112. */
  readonly height?: number;
  readonly width?: number;
}

/** What a registry entry must do to open a set of its kind. */
export type OpenTrainingSet = (path: string, options?: OpenOptions) => Promise<TrainingSet>;
