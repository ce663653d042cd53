import { ERRORS, type ErrorReport, type GenerationCommand } from '#contracts';
import type { LiveGeneration, LiveRank, RunVerdict } from '#persistence';
import { KIND_RULES } from './kind-rules.js';

/** Peers of a rank that failed find out by themselves (`peer_lost`, `peer_aborted`) within 10 s; then they are ended. */
export const PEER_GRACE_MS = 12_000;
const FIRST_BACKOFF_MS = 500;
const MAX_BACKOFF_MS = 60_000;

/** What the control loop sees of a rank beside its row. */
export interface RankSight {
  /** No living worker holds it any more. */
  isLost(rank: LiveRank): boolean;
  /** Its job can still be taken by a worker, or was just taken. */
  isJobOpen(rank: LiveRank): boolean;
}

export type Decision =
  | { readonly kind: 'go-on'; readonly command: GenerationCommand | null }
  /** Begin (or go on) ending: ranks that are left are given time, then told. */
  | { readonly kind: 'ending'; readonly reason: string; readonly command: GenerationCommand | null }
  | { readonly kind: 'over'; readonly verdict: RunVerdict };

/** What has to happen to a live generation now. Pure: the same view gives the same decision, so it may be made again at any time. */
export function decideGeneration(generation: LiveGeneration, sight: RankSight, now: Date): Decision {
  const { ranks } = generation;
  if (ranks.every(({ outcome }) => outcome === 'succeeded')) return { kind: 'over', verdict: verdictOf(generation, sight, now) };
  const cause = generation.state === 'ending' ? null : causeOfEnd(generation, sight, now);
  if (generation.state !== 'ending' && cause === null) return { kind: 'go-on', command: cancelCommand(generation, now) };
  if (ranks.every((rank) => isOver(rank, sight, generation.state === 'ending'))) {
    return { kind: 'over', verdict: verdictOf(generation, sight, now) };
  }
  return { kind: 'ending', reason: cause ?? 'ending', command: endingCommand(generation, now) };
}

/** Why the generation cannot go on; null: it can. */
function causeOfEnd({ ranks, cancelRequestedAt }: LiveGeneration, sight: RankSight, now: Date): string | null {
  // Nobody has begun, so nobody has to be asked.
  if (cancelRequestedAt !== null && ranks.every(({ workerId }) => workerId === null)) return 'canceled_by_user';
  for (const rank of ranks) {
    if (rank.outcome !== null && rank.outcome !== 'succeeded') return rank.error?.code ?? rank.outcome;
    if (rank.outcome === null && sight.isLost(rank)) return 'worker_lost';
    if (rank.workerId === null && rank.reservedUntil !== null && rank.reservedUntil <= now) return 'reservation_expired';
  }
  return null;
}

function isOver(rank: LiveRank, sight: RankSight, isEnding: boolean): boolean {
  if (rank.outcome !== null) return true;
  if (rank.workerId !== null) return sight.isLost(rank);
  // Its job is taken back before the generation counts as over.
  return isEnding && !sight.isJobOpen(rank);
}

/** A wish to cancel becomes an order when the ranks have had their time. */
function cancelCommand({ cancelRequestedAt, faults }: LiveGeneration, now: Date): GenerationCommand | null {
  if (cancelRequestedAt === null) return null;
  const isLate = now.getTime() - cancelRequestedAt.getTime() > faults.graceMs;
  return { command: isLate ? 'abort' : 'cancel', reason: 'canceled_by_user' };
}

/** Ranks that stop in order get the run's grace (rank 0 may be writing the checkpoint), peers of a failed rank a short one. */
function endingCommand(generation: LiveGeneration, now: Date): GenerationCommand | null {
  const { ranks, endingAt, faults } = generation;
  const hasFailed = ranks.some(({ outcome, workerId }) => outcome === 'failed' || (outcome === null && workerId === null));
  const graceMs = hasFailed ? PEER_GRACE_MS : Math.max(faults.graceMs, PEER_GRACE_MS);
  const since = endingAt ?? now;
  if (now.getTime() - since.getTime() >= graceMs) return { command: 'abort', reason: 'the generation is ending' };
  return cancelCommand(generation, now);
}

function verdictOf(generation: LiveGeneration, sight: RankSight, now: Date): RunVerdict {
  const { status, restartsSinceCheckpoint, faults } = generation;
  const rules = KIND_RULES[generation.kind];
  // Ranks pass a barrier after the last result (model, scores): one that succeeded speaks for all, whatever befell another on its
  // way out. Unless that other is rank 0 and took the record of it with it: nobody would know where the model is.
  if (generation.ranks.some(({ rank, outcome }) => outcome === 'succeeded' && (rank === 0 || generation.hasResult))) {
    const early = generation.ranks.find(({ message }) => message !== null)?.message;
    if (early) return { status: 'succeeded', reason: 'early_stop', message: `Ended early: ${early}.` };
    return { status: 'succeeded', reason: 'completed', message: rules.succeeded(generation) };
  }
  const error = rootCause(generation.ranks, sight);
  if (status === 'canceling') {
    return { status: 'canceled', reason: 'canceled_by_user', message: rules.canceled(generation) };
  }
  if (error === null) {
    return { status: 'queued', reason: 'stopped', message: rules.stopped(generation), notBefore: null, isRestart: false };
  }
  if (!ERRORS[error.code].restartable) return { status: 'failed', reason: error.code, message: error.message, error };
  if (restartsSinceCheckpoint >= faults.maxRestarts) {
    const times = restartsSinceCheckpoint === 1 ? 'once' : `${restartsSinceCheckpoint} times`;
    const message = `Restarted ${times}${rules.progress}, then failed again: ${error.message}`;
    return {
      status: 'failed',
      reason: 'restarts_exhausted',
      message,
      error: { code: 'restarts_exhausted', message, details: { maxRestarts: faults.maxRestarts, cause: error } },
    };
  }
  const backoffMs = Math.min(FIRST_BACKOFF_MS * 2 ** restartsSinceCheckpoint, MAX_BACKOFF_MS);
  return {
    status: 'queued',
    reason: error.code,
    message: `Generation ${generation.generation} ended: ${error.message}`,
    notBefore: new Date(now.getTime() + backoffMs),
    isRestart: true,
  };
}

/**
 * What a rank reports of others comes last: the first own error is the cause, then a lost worker, then a lost peer. Of own errors
 * one that no restart cures goes first: it would only come again.
 */
const SECONDARY = ['peer_lost', 'peer_aborted', 'collective_lost'];

function rootCause(ranks: readonly LiveRank[], sight: RankSight): ErrorReport | null {
  const reports = ranks
    .flatMap((rank) => (rank.error ? [{ rank, error: rank.error }] : []))
    .sort((a, b) => (a.rank.finishedAt?.getTime() ?? 0) - (b.rank.finishedAt?.getTime() ?? 0));
  const own = reports.filter(({ error }) => !SECONDARY.includes(error.code));
  const cause = own.find(({ error }) => !ERRORS[error.code].restartable) ?? own[0];
  if (cause) return cause.error;
  const lost = ranks.find((rank) => rank.outcome === null && rank.workerId !== null && sight.isLost(rank));
  if (lost) {
    return {
      code: 'worker_lost',
      message: `Worker ${lost.workerId} with rank ${lost.rank} is gone.`,
      details: { rank: lost.rank, workerId: lost.workerId },
    };
  }
  const secondary = SECONDARY.flatMap((code) => reports.filter(({ error }) => error.code === code))[0];
  if (secondary) return secondary.error;
  const unclaimed = ranks.find((rank) => rank.outcome === null && rank.workerId === null);
  if (unclaimed) {
    return {
      code: 'worker_lost',
      message: `No worker took rank ${unclaimed.rank} while its slot was reserved.`,
      details: { rank: unclaimed.rank },
    };
  }
  return null;
}
