import type { Overlap } from '#contracts';

/** What goes on of a schedule when it fires. */
export interface Busy {
  /** Evaluations of earlier fires that are not over. */
  readonly isRunning: boolean;
  /** A fire waits for their end. */
  readonly isWaiting: boolean;
}

export type OverlapDecision = 'start' | 'replace' | 'wait' | 'overlap' | 'already_waiting';

/** What a fire does beside what goes on; of `queue`, one waits at most: evaluations of the same models need not pile up. */
export function decideOverlap(overlap: Overlap, { isRunning, isWaiting }: Busy): OverlapDecision {
  if (!isRunning && !isWaiting) return 'start';
  if (overlap === 'replace') return 'replace';
  if (overlap === 'skip') return 'overlap';
  return isWaiting ? 'already_waiting' : 'wait';
}
