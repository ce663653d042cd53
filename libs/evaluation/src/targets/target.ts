import type { EvaluationScores } from '#contracts';
import type { AlignOptions, RemoteAccess } from '#datasets';
import type { MultiplyRows } from '#verification';
import type { Embeddings } from '../embed-images.js';
import type { ImageList } from '../images.js';

/** How a target's files are read. */
export interface OpenTargetOptions {
  readonly access?: RemoteAccess | undefined;
  /** What to do with an image of another size than the model's, which is no aligned face. */
  readonly unaligned: AlignOptions['unaligned'];
}

/** How a target's scores are made. */
export interface ScoringOptions {
  /** Resamples of intervals; 0: none. */
  readonly bootstrap: number;
  readonly seed: number;
  /** Multiplies the rows of a search; default: without an engine, slowly. */
  readonly multiply?: MultiplyRows;
  /** Told now and then while scoring takes its time; what it throws ends the scoring. */
  readonly onWait?: () => void;
}

/** What is embedded for a target, and what is made of it. */
export interface OpenTarget {
  readonly name: string;
  readonly images: ImageList;
  /** Equal on ranks that opened the same files: of labels, and of what tells images from others without reading them. */
  readonly digest: string;
  /** Scores need mirrored embeddings by themselves, or their sum will do. */
  readonly mirrored: 'apart' | 'summed';
  /** Only on rank 0. @throws ArcFleetError `non_finite`, `dataset_invalid` */
  score(embeddings: Embeddings, dim: number, options: ScoringOptions): EvaluationScores | Promise<EvaluationScores>;
  /** Per pair 1 if it was decided rightly; only where a target has pairs that two models can be compared on. */
  outcomes?(embeddings: Embeddings, dim: number): Uint8Array;
  /** Per pair of rows 2k and 2k + 1, 1 for the same person; only where a target's images are pairs. */
  readonly isSame?: Uint8Array;
  /** Cosine similarity of each pair, in the order of the set; only where a target lists pairs. Before `score`, which may change rows. */
  similarities?(embeddings: Embeddings, dim: number): Float64Array;
  close(): Promise<void>;
}
