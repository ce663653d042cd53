/** How long a run is, known when training starts. */
export interface RunLength {
  /** Updates of the whole run. */
  readonly totalSteps: number;
  readonly stepsPerEpoch: number;
}
