/** Status of a run as users see it; frozen spelling. `canceling` is not terminal: its ranks still run. */
export const RUN_STATUSES = ['queued', 'starting', 'running', 'succeeded', 'failed', 'canceling', 'canceled'] as const;
export type RunStatus = (typeof RUN_STATUSES)[number];

const TRANSITIONS: Readonly<Record<RunStatus, readonly RunStatus[]>> = {
  queued: ['starting', 'failed', 'canceling', 'canceled'],
  // starting/running -> queued: the generation ended and the next one waits for slots.
  starting: ['running', 'queued', 'succeeded', 'failed', 'canceling', 'canceled'],
  running: ['queued', 'starting', 'succeeded', 'failed', 'canceling', 'canceled'],
  canceling: ['succeeded', 'failed', 'canceled'],
  succeeded: [],
  failed: [],
  canceled: [],
};

/** True when the run will never change again. */
export function isTerminal(status: RunStatus): boolean {
  return TRANSITIONS[status].length === 0;
}

/** Terminal states are monotonic: nothing leads out of them, whatever arrives late. */
export function canTransition(from: RunStatus, to: RunStatus): boolean {
  return TRANSITIONS[from].includes(to);
}
