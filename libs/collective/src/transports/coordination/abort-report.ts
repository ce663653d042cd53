import type { ErrorReport } from '#contracts';
import { errorReportSchema } from '#contracts';
import { abortSeenBy } from '../../protocol/abort.js';

/** The abort flag of a generation as text: who gave up, and why. */
export function formatAbort(reporter: number, report: ErrorReport): string {
  return JSON.stringify({ reporter, report });
}

/** What `rank` must reject with when it reads that flag. Text that is no report becomes a plain `peer_aborted`. */
export function parseAbort(text: string, rank: number): ErrorReport {
  try {
    const { reporter, report } = JSON.parse(text) as { reporter: number; report: unknown };
    return abortSeenBy(rank, reporter, errorReportSchema.parse(report) as ErrorReport);
  } catch {
    return { code: 'peer_aborted', message: `The generation was ended: ${text}`, details: { reportedBy: null } };
  }
}
