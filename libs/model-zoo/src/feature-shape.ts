/** What flows between layers: B x height x width x channels. A flat embedding has height = width = 1 and rank 2. */
export interface FeatureShape {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  /** What was flattened into `channels`, row by row, channels last. */
  readonly flattened?: FeatureShape;
}
