import type { RunStreamEvent, RunView } from '#contracts';
import type { RunListener } from './follow-run.js';
import { ProgressMeter } from './progress-meter.js';
import type { ProgressView } from './progress-view.js';

export interface ListenOptions {
  readonly samplesPerStep: number;
  /** null: told by events, where at all. */
  readonly totalSteps: number | null;
  /** Whatever is neither progress nor a change of status. */
  readonly onOther?: (event: RunStreamEvent) => void;
}

/** Shows a run's events: a bar for progress, a line for each change of its status. */
export function listenTo(view: ProgressView, { samplesPerStep, totalSteps, onOther }: ListenOptions): RunListener {
  const meter = new ProgressMeter(samplesPerStep);
  let total = totalSteps;
  const show = (step: number, loss: number | null): void => {
    if (step === 0) return;
    const progress = meter.update(step, total, loss);
    if (progress) view.show(progress);
  };
  return {
    onEvent: (event) => {
      if (event.type === 'progress') {
        total = numberOf(event.data['totalSteps']) ?? total;
        show(numberOf(event.data['step']) ?? 0, numberOf(event.data['loss']));
      } else if (event.type === 'transition') view.say(describeTransition(event.data));
      else onOther?.(event);
    },
    onView: (run: RunView) => show(run.step, null),
  };
}

function describeTransition(data: Record<string, unknown>): string {
  const text = (key: string): string => (typeof data[key] === 'string' ? data[key] : '');
  return `status    ${text('status').padEnd(10)} ${text('message') || text('reason')}`.trimEnd();
}

function numberOf(value: unknown): number | null {
  return typeof value === 'number' ? value : null;
}
