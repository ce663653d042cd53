import { fromBfloat16, toBfloat16, type Payload, type WireType } from '#collective';
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

export interface StepFormat {
  readonly localBatchSize: number;
  readonly embeddingSize: number;
  /** Of the features on the wire. */
  readonly wire: WireType;
}

/**
 * One opaque payload per step and rank: stop mode, number of labels, labels (little-endian 32-bit words), then the features as
 * float32 or bfloat16.
 */
export function encodeStepMessage({ features, labels, stopMode }: StepMessage, { wire }: Pick<StepFormat, 'wire'>): Payload {
  const encoded = wire === 'bfloat16' ? toBfloat16(features) : features;
  const head = Int32Array.of(STOP_MODES.indexOf(stopMode), labels.length, ...labels);
  const data = new Uint8Array(head.byteLength + encoded.byteLength);
  data.set(new Uint8Array(head.buffer));
  data.set(new Uint8Array(encoded.buffer, encoded.byteOffset, encoded.byteLength), head.byteLength);
  return { dtype: 'bytes', shape: [data.byteLength], data };
}

/**
 * What all ranks sent. A rank's own features come out of its own message, so that it too sees them rounded.
 *
 * @throws ArcFleetError `collective_mismatch` when a contribution does not have `localBatchSize` rows of `embeddingSize`.
 */
export function decodeStepMessages(
  payloads: readonly Payload[],
  { localBatchSize, embeddingSize, wire }: StepFormat,
): GatheredStep {
  const features: Payload[] = [];
  const labels_B = new Int32Array(payloads.length * localBatchSize);
  const headBytes = 4 * (2 + localBatchSize);
  const numValues = localBatchSize * embeddingSize;
  const numBytes = headBytes + numValues * (wire === 'bfloat16' ? 2 : 4);
  let stop = 0;
  for (const [rank, { data }] of payloads.entries()) {
    if (data.byteLength !== numBytes) {
      throw new ArcFleetError(
        'collective_mismatch',
        `Rank ${rank} sent ${data.byteLength} bytes for a step, not ${numBytes}: the ranks disagree about batch or embedding size`,
        { rank },
      );
    }
    // A copy: payloads may start at an unaligned byte.
    const { buffer } = new Uint8Array(data.buffer, data.byteOffset, data.byteLength).slice();
    const head = new Int32Array(buffer, 0, 2 + localBatchSize);
    stop = Math.max(stop, head[0]!);
    labels_B.set(head.subarray(2), rank * localBatchSize);
    const values =
      wire === 'bfloat16'
        ? fromBfloat16(new Uint16Array(buffer, headBytes, numValues))
        : new Float32Array(buffer, headBytes, numValues);
    features.push({ dtype: 'float32', shape: [localBatchSize, embeddingSize], data: values });
  }
  return { features, labels_B, stopMode: STOP_MODES[stop] ?? 'cancel' };
}
