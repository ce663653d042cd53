import type { RunStreamEvent, RunView } from '#contracts';
import type { RunListener } from './follow-run.js';
import { ProgressMeter } from './progress-meter.js';
import type { ProgressView } from './progress-view.js';

export interface ListenOptions {
  readonly samplesPerStep: number;
  /** Whatever is neither progress nor a change of status. */
  readonly onOther?: (event: RunStreamEvent) => void;
}

/** Shows a run's events: a bar for progress, a line for each change of its status. */
export function listenTo(view: ProgressView, { samplesPerStep, onOther }: ListenOptions): RunListener {
  const meter = new ProgressMeter(samplesPerStep);
  const show = (step: number, totalSteps: number | null, loss: number | null): void => {
    // Until training starts nobody knows how long the run is.
    if (step === 0 || totalSteps === null) return;
    const progress = meter.update(step, totalSteps, loss);
    if (progress) view.show(progress);
  };
  return {
    onEvent: (event) => {
      if (event.type === 'progress') {
        show(numberOf(event.data['step']) ?? 0, numberOf(event.data['totalSteps']), numberOf(event.data['loss']));
      } else if (event.type === 'transition') view.say(describeTransition(event.data));
      else onOther?.(event);
    },
    onView: (run: RunView) => show(run.step, run.totalSteps, null),
  };
}

function describeTransition(data: Record<string, unknown>): string {
  const text = (key: string): string => (typeof data[key] === 'string' ? data[key] : '');
  return `status    ${text('status').padEnd(10)} ${text('message') || text('reason')}`.trimEnd();
}

function numberOf(value: unknown): number | null {
  return typeof value === 'number' ? value : null;
}
