import type { ErrorCode, ErrorReport } from '#contracts';

/** Errors that are facts about the generation: a peer that hears of one rejects with the same code. */
const SHARED: readonly ErrorCode[] = ['peer_lost', 'peer_aborted', 'stale_generation', 'collective_mismatch', 'collective_lost'];

/**
 * What `rank` rejects with when `reporter` gave up with `report`: the same error, marked with who reported it; `peer_aborted` for
 * an error that concerns only the reporter, and for a rank that hears of its own loss (it is alive, only too slow).
 */
export function abortSeenBy(rank: number, reporter: number, report: ErrorReport): ErrorReport {
  const details = { ...report.details, reportedBy: reporter };
  const isOwnLoss = report.code === 'peer_lost' && report.details?.['rank'] === rank;
  if (SHARED.includes(report.code) && !isOwnLoss) return { ...report, details };
  const message = isOwnLoss
    ? `Rank ${reporter} gave this rank up as lost: ${report.message}`
    : `Rank ${reporter} gave up (${report.code}): ${report.message}`;
  return { code: 'peer_aborted', message, details: { ...details, rank: reporter, cause: report.code } };
}
