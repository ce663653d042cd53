import type { AugmentationConfig, ErrorReport } from '#contracts';
import type { ImageSize } from '../decode-image.js';
import type { SampleLocations } from '../sample-source.js';

/** Encoded images in order: where they lie in the set's source, or their bytes with what error messages call them. */
export type EncodedImages =
  | { readonly kind: 'located'; readonly locations: SampleLocations }
  | { readonly kind: 'bytes'; readonly images: readonly Uint8Array[]; readonly names: readonly string[] };

/** Random changes, and where the draws of the task's first image stand; those of the next images follow. */
export interface TaskAugmentation {
  readonly config: AugmentationConfig;
  readonly seed: number;
  readonly step: number;
  readonly firstSample: number;
}

/** Images that are decoded one after another into a batch. Plain data: it goes to other threads. */
export interface DecodeTask {
  readonly count: number;
  readonly size: ImageSize;
  /** 1: mirrored left to right. null: none is. */
  readonly mirror: Uint8Array | null;
  /** True: each image is placed as it is and then mirrored, so that it takes two places. */
  readonly bothWays: boolean;
  readonly augmentation: TaskAugmentation | null;
  /** The batch, RGB 0..255, HWC; on shared memory where another thread decodes. */
  readonly pixels: Float32Array;
  /** Where in `pixels` the first image goes. */
  readonly start: number;
}

/** Seconds of a task, summed over its pieces. Stages are summed over images too, and those overlap: one is decoded while others are read. */
export interface StageSeconds {
  /** From start to end of the task, in its thread. */
  readonly total: number;
  readonly read: number;
  readonly decode: number;
  readonly augment: number;
  readonly place: number;
}

export const NO_SECONDS: StageSeconds = { total: 0, read: 0, decode: 0, augment: 0, place: 0 };

export function addSeconds(a: StageSeconds, b: StageSeconds): StageSeconds {
  return {
    total: a.total + b.total,
    read: a.read + b.read,
    decode: a.decode + b.decode,
    augment: a.augment + b.augment,
    place: a.place + b.place,
  };
}

/** What a decoding thread is sent. null: end. */
export type DecodeRequest = { readonly id: number; readonly task: DecodeTask; readonly images: EncodedImages } | null;

export type DecodeReply =
  | { readonly id: number; readonly seconds: StageSeconds }
  /** `position`: of the first image of the task that failed. */
  | { readonly id: number; readonly position: number; readonly error: ErrorReport };
