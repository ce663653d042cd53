import { ERRORS, type ErrorCode } from '#contracts';
import type { LiveGeneration, LiveRank } from '#persistence';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decideGeneration, PEER_GRACE_MS, type RankSight } from './generation-policy.js';

const now = new Date('2026-01-01T00:00:00Z');
const ago = (ms: number): Date => new Date(now.getTime() - ms);
const CODES = Object.keys(ERRORS) as ErrorCode[];
const isRestartable = (code: ErrorCode): boolean => ERRORS[code].restartable;

/** A rank with what the control loop sees of it. */
interface SeenRank extends Omit<LiveRank, 'rank'> {
  readonly isLost: boolean;
  readonly isJobOpen: boolean;
}

const running: SeenRank = {
  workerId: 'w',
  outcome: null,
  message: null,
  error: null,
  finishedAt: null,
  reservedUntil: ago(-30_000),
  isLost: false,
  isJobOpen: false,
};
const lost: SeenRank = { ...running, isLost: true };
const unclaimed: SeenRank = { ...running, workerId: null };
const finished = (outcome: NonNullable<LiveRank['outcome']>, code?: ErrorCode, finishedAt = ago(0)): SeenRank => ({
  ...running,
  outcome,
  error: code ? { code, message: `it was ${code}` } : null,
  finishedAt,
  reservedUntil: null,
});

function decide(seen: readonly SeenRank[], overrides: Partial<LiveGeneration> = {}) {
  const generation: LiveGeneration = {
    runId: 'r',
    generation: 1,
    state: 'running',
    createdAt: ago(100_000),
    endingAt: overrides.state === 'ending' ? ago(0) : null,
    status: 'running',
    cancelRequestedAt: null,
    restartsSinceCheckpoint: 0,
    step: 7,
    kind: 'training',
    hasResult: false,
    faults: { maxRestarts: 3, graceMs: 30_000 },
    ranks: seen.map((each, rank) => ({ ...each, rank })),
    ...overrides,
  };
  const sight: RankSight = { isLost: ({ rank }) => seen[rank]!.isLost, isJobOpen: ({ rank }) => seen[rank]!.isJobOpen };
  return decideGeneration(generation, sight, now);
}

/** Decides as a generation goes: first that it ends, then, ending, what becomes of it. */
function verdictOf(seen: readonly SeenRank[], overrides: Partial<LiveGeneration> = {}) {
  const decision = decide(seen, { state: 'ending', ...overrides });
  if (decision.kind !== 'over') throw new Error(`not over: ${JSON.stringify(decision)}`);
  return decision.verdict;
}

const rankArbitrary: fc.Arbitrary<SeenRank> = fc.oneof(
  fc.constantFrom(running, lost, unclaimed, { ...unclaimed, isJobOpen: true }, { ...unclaimed, reservedUntil: ago(1) }),
  fc.constantFrom(finished('succeeded'), finished('canceled'), finished('stopped'), finished('stopped', 'peer_aborted')),
  fc.tuple(fc.constantFrom(...CODES), fc.integer({ min: 0, max: 100 })).map(([code, at]) => finished('failed', code, ago(at))),
);
const generationArbitrary = fc.record({
  seen: fc.array(rankArbitrary, { minLength: 1, maxLength: 5 }),
  state: fc.constantFrom<LiveGeneration['state']>('admitted', 'running', 'ending'),
  endedForMs: fc.constantFrom(0, PEER_GRACE_MS, 40_000),
  canceledForMs: fc.constantFrom(null, 0, 29_999, 30_001),
  restartsSinceCheckpoint: fc.integer({ min: 0, max: 5 }),
  maxRestarts: fc.integer({ min: 0, max: 4 }),
  hasResult: fc.boolean(),
});

function decideOf(view: typeof generationArbitrary extends fc.Arbitrary<infer T> ? T : never) {
  const { seen, state, endedForMs, canceledForMs, restartsSinceCheckpoint, maxRestarts, hasResult } = view;
  return decide(seen, {
    state,
    endingAt: state === 'ending' ? ago(endedForMs) : null,
    status: canceledForMs === null ? 'running' : 'canceling',
    cancelRequestedAt: canceledForMs === null ? null : ago(canceledForMs),
    restartsSinceCheckpoint,
    hasResult,
    faults: { maxRestarts, graceMs: 30_000 },
  });
}

/** Whether a rank may still compute, or begin to. */
const mayRun = ({ outcome, workerId, isLost, isJobOpen }: SeenRank, state: LiveGeneration['state']): boolean =>
  outcome === null && (workerId !== null ? !isLost : isJobOpen || state !== 'ending');

describe('decideGeneration, whatever the ranks do', () => {
  const holds = (property: (view: Parameters<typeof decideOf>[0], decision: ReturnType<typeof decideOf>) => void) =>
    fc.assert(
      fc.property(generationArbitrary, (view) => property(view, decideOf(view))),
      { numRuns: 2_000 },
    );

  it('is over exactly when something ended it and no rank may still run', () => {
    holds(({ seen, state }, { kind }) => {
      if (seen.some((rank) => mayRun(rank, state))) expect(kind).not.toBe('over');
      else if (state === 'ending') expect(kind).toBe('over');
      if (seen.every((rank) => rank.outcome !== null)) expect(kind).toBe('over');
    });
  });

  it('goes on only while every rank is well', () => {
    holds(({ seen, state }, { kind }) => {
      const isWell = seen.every(
        ({ outcome, isLost, workerId, reservedUntil }) =>
          outcome === 'succeeded' || (outcome === null && !isLost && (workerId !== null || reservedUntil! > now)),
      );
      if (!isWell || state === 'ending') expect(kind).not.toBe('go-on');
    });
  });

  it('fails for good, and never restarts, on an error that a restart cannot cure', () => {
    holds(({ seen, canceledForMs }, decision) => {
      const fatal = seen.some(({ error }) => error !== null && !isRestartable(error.code));
      if (decision.kind !== 'over' || !fatal || canceledForMs !== null || decision.verdict.status === 'succeeded') return;
      expect(decision.verdict.status).toBe('failed');
      expect(isRestartable(decision.verdict.reason as ErrorCode)).toBe(false);
    });
  });

  it('restarts at most maxRestarts times since the last checkpoint', () => {
    holds(({ restartsSinceCheckpoint, maxRestarts }, decision) => {
      if (decision.kind !== 'over' || decision.verdict.status !== 'queued' || !decision.verdict.isRestart) return;
      expect(restartsSinceCheckpoint).toBeLessThan(maxRestarts);
      expect(decision.verdict.notBefore!.getTime()).toBeGreaterThan(now.getTime());
    });
  });

  it('cancels a run that was to be canceled, whatever failed', () => {
    holds(({ canceledForMs }, decision) => {
      if (decision.kind !== 'over' || canceledForMs === null) return;
      expect(['canceled', 'succeeded']).toContain(decision.verdict.status);
    });
  });

  it('says why a run succeeded before its last step', () => {
    expect(verdictOf([finished('succeeded')])).toMatchObject({ reason: 'completed', message: 'Trained 7 steps.' });
    const early = { ...finished('succeeded'), message: 'lfw reached 0.99 at step 7 of 100' };
    expect(verdictOf([early, early])).toEqual({
      status: 'succeeded',
      reason: 'early_stop',
      message: 'Ended early: lfw reached 0.99 at step 7 of 100.',
    });
  });

  it('says succeeded only when the model is known', () => {
    holds(({ seen, hasResult }, decision) => {
      if (decision.kind !== 'over' || decision.verdict.status !== 'succeeded') return;
      expect(hasResult || seen[0]!.outcome === 'succeeded').toBe(true);
    });
  });

  it('aborts nobody before the grace', () => {
    holds(({ state, endedForMs, canceledForMs }, decision) => {
      if (decision.kind === 'over' || decision.command?.command !== 'abort') return;
      expect((state === 'ending' && endedForMs >= PEER_GRACE_MS) || (canceledForMs ?? 0) > 30_000).toBe(true);
    });
  });
});

describe('decideGeneration', () => {
  it('leaves a healthy generation alone, and passes a wish to cancel on', () => {
    expect(decide([running, running])).toEqual({ kind: 'go-on', command: null });
    expect(decide([running, unclaimed], { state: 'admitted' })).toEqual({ kind: 'go-on', command: null });
    const canceling = { status: 'canceling', cancelRequestedAt: ago(30_000) } as const;
    expect(decide([running], canceling)).toEqual({ kind: 'go-on', command: { command: 'cancel', reason: 'canceled_by_user' } });
    expect(decide([running], { ...canceling, cancelRequestedAt: ago(30_001) })).toMatchObject({
      command: { command: 'abort' },
    });
  });

  it('ends a canceled generation that nobody began once its jobs are taken back', () => {
    const canceling = { status: 'canceling', cancelRequestedAt: ago(0) } as const;
    expect(decide([unclaimed, unclaimed], canceling)).toMatchObject({ kind: 'ending', reason: 'canceled_by_user' });
    const open = { ...unclaimed, isJobOpen: true };
    expect(decide([unclaimed, open], { ...canceling, state: 'ending', endingAt: ago(0) }).kind).toBe('ending');
    expect(verdictOf([unclaimed, unclaimed], canceling)).toMatchObject({ status: 'canceled' });
  });

  it('gives the peers of a failed rank a short time, those that stop in order the run’s grace', () => {
    const failed = [finished('failed', 'trainer_crashed'), running];
    const stopped = [finished('stopped'), running];
    const commandAfter = (ms: number, seen: readonly SeenRank[]) => {
      const decision = decide(seen, { state: 'ending', endingAt: ago(ms) });
      return decision.kind === 'ending' ? decision.command : decision.kind;
    };
    expect(commandAfter(PEER_GRACE_MS - 1, failed)).toBeNull();
    expect(commandAfter(PEER_GRACE_MS, failed)).toMatchObject({ command: 'abort' });
    expect(commandAfter(29_999, stopped)).toBeNull();
    expect(commandAfter(30_000, stopped)).toMatchObject({ command: 'abort' });
  });

  it('queues a run that stopped in order again, at once and without counting a restart', () => {
    expect(verdictOf([finished('stopped'), finished('stopped')], { restartsSinceCheckpoint: 99 })).toMatchObject({
      status: 'queued',
      reason: 'stopped',
      notBefore: null,
      isRestart: false,
    });
  });

  it('names the error that came first and is a rank’s own, not those that it caused', () => {
    const peers = [finished('failed', 'peer_lost', ago(50)), finished('stopped', 'peer_aborted', ago(60))];
    expect(verdictOf([...peers, finished('failed', 'trainer_crashed', ago(10))]).reason).toBe('trainer_crashed');
    expect(verdictOf([...peers, lost])).toMatchObject({ reason: 'worker_lost', status: 'queued' });
    expect(verdictOf(peers).reason).toBe('peer_lost');
    const own = [finished('failed', 'trainer_crashed', ago(10)), finished('failed', 'rendezvous_timeout', ago(20))];
    expect(verdictOf(own).reason).toBe('rendezvous_timeout');
  });

  it('names an error that no restart cures before one that was only earlier', () => {
    const ranks = [finished('failed', 'rendezvous_timeout', ago(20)), finished('failed', 'dataset_corrupt', ago(10))];
    expect(verdictOf(ranks)).toMatchObject({ status: 'failed', reason: 'dataset_corrupt' });
  });

  it('takes the success of one rank for all, unless rank 0 is gone and took the record of the model with it', () => {
    const seen = [lost, finished('succeeded')];
    expect(verdictOf(seen, { hasResult: true })).toMatchObject({ status: 'succeeded' });
    expect(verdictOf(seen, { hasResult: false })).toMatchObject({ status: 'queued', reason: 'worker_lost', isRestart: true });
    expect(verdictOf([finished('succeeded'), lost])).toMatchObject({ status: 'succeeded' });
  });

  it('backs off, doubling up to a minute, then gives up with the cause', () => {
    const after = (restartsSinceCheckpoint: number, maxRestarts = 100) =>
      verdictOf([finished('failed', 'trainer_crashed')], { restartsSinceCheckpoint, faults: { maxRestarts, graceMs: 0 } });
    const delays = [0, 1, 2, 6, 7, 99].map((restarts) => {
      const verdict = after(restarts);
      return verdict.status === 'queued' ? verdict.notBefore!.getTime() - now.getTime() : null;
    });
    expect(delays).toEqual([500, 1_000, 2_000, 32_000, 60_000, 60_000]);
    expect(after(3, 3)).toMatchObject({
      status: 'failed',
      reason: 'restarts_exhausted',
      error: { code: 'restarts_exhausted', details: { maxRestarts: 3, cause: { code: 'trainer_crashed' } } },
    });
  });

  it('ends a generation whose slot nobody took', () => {
    const expired = { ...unclaimed, reservedUntil: ago(0) };
    expect(decide([running, expired])).toMatchObject({ kind: 'ending', reason: 'reservation_expired' });
    expect(verdictOf([finished('failed', 'rendezvous_timeout'), expired]).reason).toBe('rendezvous_timeout');
    expect(verdictOf([expired])).toMatchObject({ reason: 'worker_lost', message: expect.stringContaining('rank 0') });
  });
});
