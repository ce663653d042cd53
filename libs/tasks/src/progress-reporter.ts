const REPORT_MS = 1_000;

/**
 * Tells how far a task is at most once a second, and where it is at its end.
 * @param now milliseconds that only rise
 */
export function progressReporter(
  report: (step: number, totalSteps: number) => void,
  now: () => number = () => performance.now(),
): (step: number, totalSteps: number) => void {
  let reportedAt = -Infinity;
  return (step, totalSteps) => {
    const at = now();
    if (at - reportedAt < REPORT_MS) return;
    reportedAt = at;
    report(step, totalSteps);
  };
}
