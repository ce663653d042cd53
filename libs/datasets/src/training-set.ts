import type { DatasetKind } from '#contracts';

/** A data set of labelled face images. Samples are numbered 0..numImages-1 in rising order of their keys. */
export interface TrainingSet {
  readonly kind: DatasetKind;
  /** The folder. */
  readonly path: string;
  readonly numImages: number;
  readonly numClasses: number;
  /** Size in pixels that images are decoded to. */
  readonly height: number;
  readonly width: number;
  /** Class of each sample, 0..numClasses-1; checked when the set was opened. */
  readonly labels: Int32Array;
  /** The encoded image (JPEG or PNG) of a sample. Throws `dataset_corrupt` naming file, record and byte. */
  read(index: number): Promise<Uint8Array>;
  /** What an error message calls this sample, for example "record 17 of /data/train.rec". */
  describe(index: number): string;
  close(): Promise<void>;
}

/** What a registry entry must do to open a set of its kind. */
export type OpenTrainingSet = (path: string) => Promise<TrainingSet>;
