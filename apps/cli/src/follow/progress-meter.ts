import type { Progress } from './progress-view.js';

/** Steps whose speed counts for the time that is left. */
const WINDOW_MS = 15_000;

/** Makes {@link Progress} of what events say, and smooths what jumps from step to step. */
export class ProgressMeter {
  private readonly marks: { at: number; step: number }[] = [];

  constructor(
    private readonly samplesPerStep: number,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** null: nothing new. */
  update(step: number, totalSteps: number, loss: number | null): Progress | null {
    const last = this.marks.at(-1);
    if (last && step === last.step) return null;
    // A restart goes back to its checkpoint.
    if (last && step < last.step) this.marks.length = 0;
    const at = this.now();
    this.marks.push({ at, step });
    while (this.marks.length > 2 && at - (this.marks[0]?.at ?? at) > WINDOW_MS) this.marks.shift();
    const first = this.marks[0] ?? { at, step };
    const stepsPerSecond = at > first.at ? ((step - first.step) / (at - first.at)) * 1_000 : null;
    return {
      step,
      totalSteps,
      loss,
      samplesPerSecond: stepsPerSecond === null ? null : stepsPerSecond * this.samplesPerStep,
      etaSeconds: stepsPerSecond === null ? null : (totalSteps - step) / stepsPerSecond,
    };
  }
}
