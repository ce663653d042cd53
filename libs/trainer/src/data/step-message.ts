import type { Payload } from '#collective';
import { ArcFleetError } from '#contracts';

/** Wishes that ride in a step's all-gather, so that every rank learns of them at the same step. Higher wins. */
export const STOP_MODES = ['none', 'stop', 'cancel'] as const;
export type StopMode = (typeof STOP_MODES)[number];

/** What a rank contributes to a step: its features, its labels, its wish. */
export interface StepMessage {
  /** b x D, row-major. */
  readonly features: Float32Array;
  readonly labels: Int32Array;
  readonly stopMode: StopMode;
}

/** All ranks' contributions in rank order, that is in the order of the global batch. */
export interface GatheredStep {
  /** One payload b x D per rank. */
  readonly features: readonly Payload[];
  readonly labels_B: Int32Array;
  readonly stopMode: StopMode;
}

/** One opaque payload per step and rank: stop mode, number of labels, labels, features (little-endian 32-bit words). */
export function encodeStepMessage({ features, labels, stopMode }: StepMessage): Payload {
  const words = new Int32Array(2 + labels.length + features.length);
  words[0] = STOP_MODES.indexOf(stopMode);
  words[1] = labels.length;
  words.set(labels, 2);
  new Float32Array(words.buffer).set(features, 2 + labels.length);
  return { dtype: 'bytes', shape: [words.byteLength], data: new Uint8Array(words.buffer) };
}

/** @throws ArcFleetError `collective_mismatch` when a contribution does not have `localBatchSize` rows of `embeddingSize`. */
export function decodeStepMessages(
  payloads: readonly Payload[],
  { localBatchSize, embeddingSize }: { localBatchSize: number; embeddingSize: number },
): GatheredStep {
  const features: Payload[] = [];
  const labels_B = new Int32Array(payloads.length * localBatchSize);
  let stop = 0;
  for (const [rank, { data }] of payloads.entries()) {
    const numWords = 2 + localBatchSize * (1 + embeddingSize);
    if (data.byteLength !== numWords * 4) {
      throw new ArcFleetError(
        'collective_mismatch',
        `Rank ${rank} sent ${data.byteLength} bytes for a step, not ${numWords * 4}: the ranks disagree about batch or embedding size`,
        { rank },
      );
    }
    // A copy: payloads may start at an unaligned byte.
    const words = new Int32Array(new Uint8Array(data.buffer, data.byteOffset, data.byteLength).slice().buffer);
    stop = Math.max(stop, words[0]!);
    labels_B.set(words.subarray(2, 2 + localBatchSize), rank * localBatchSize);
    const values = new Float32Array(words.buffer, 4 * (2 + localBatchSize));
    features.push({ dtype: 'float32', shape: [localBatchSize, embeddingSize], data: values });
  }
  return { features, labels_B, stopMode: STOP_MODES[stop] ?? 'cancel' };
}
