import { runConfigSchema, type RunConfig } from '#contracts';
import type { QueuedRun } from '#persistence';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BACKFILL_MS, planAdmissions, SETTLE_MS, WINDOW, windowsOf } from './admission-policy.js';
import { KIND_RULES } from './kind-rules.js';

const { worldSizes } = KIND_RULES.training;

const now = new Date('2026-01-01T00:00:00Z');

function aConfig(min: number, max: number, batch: { globalBatchSize: number; bnGroupSize: number }): RunConfig {
  return runConfigSchema.parse({ dataset: { path: '/data' }, maxSteps: 1, ranks: { min, max }, batch });
}

/** A run of `min`..`max` ranks whose batch can be split over any number up to 12. */
const aRun = (runId: string, min: number, max: number, waitedMs: number): QueuedRun => ({
  runId,
  kind: 'training',
  config: { ...aConfig(1, 1, { globalBatchSize: 27_720, bnGroupSize: 1 }), ranks: { min, max } },
  waitingSince: new Date(now.getTime() - waitedMs),
});

const slots = (free: number, total = free) => ({ free, total });

const queueArbitrary = fc
  .array(
    fc.record({
      min: fc.integer({ min: 1, max: 8 }),
      more: fc.integer({ min: 0, max: 4 }),
      waitedMs: fc.constantFrom(0, SETTLE_MS - 1, SETTLE_MS, BACKFILL_MS - 1, BACKFILL_MS, 10 * BACKFILL_MS),
    }),
    { maxLength: 12 },
  )
  .map((runs) =>
    runs
      .sort((a, b) => b.waitedMs - a.waitedMs)
      .map(({ min, more, waitedMs }, index) => aRun(`run-${index}`, min, min + more, waitedMs)),
  );
const slotsArbitrary = fc
  .record({ free: fc.integer({ min: 0, max: 24 }), taken: fc.integer({ min: 0, max: 24 }) })
  .map(({ free, taken }) => slots(free, free + taken));

describe('planAdmissions', () => {
  it('admits whole gangs within the free slots, and every run either gets its slots or waits', () => {
    fc.assert(
      fc.property(queueArbitrary, slotsArbitrary, (queued, fleet) => {
        const { admit, waiting } = planAdmissions(queued, fleet, now);
        expect(admit.reduce((sum, { worldSize }) => sum + worldSize, 0)).toBeLessThanOrEqual(fleet.free);
        for (const { runId, worldSize } of admit) {
          const config = queued.find((run) => run.runId === runId)!.config;
          expect(worldSizes(config)).toContain(worldSize);
        }
        expect([...admit, ...waiting].map(({ runId }) => runId).sort()).toEqual(queued.map(({ runId }) => runId).sort());
      }),
    );
  });

  it('lets nobody pass a gang that has waited long and that the fleet could hold', () => {
    fc.assert(
      fc.property(queueArbitrary, slotsArbitrary, (queued, fleet) => {
        const { admit } = planAdmissions(queued, fleet, now);
        const admitted = new Set(admit.map(({ runId }) => runId));
        const head = queued.findIndex(
          ({ runId, config, waitingSince }) =>
            !admitted.has(runId) &&
            now.getTime() - waitingSince.getTime() >= BACKFILL_MS &&
            Math.min(...worldSizes(config)) <= fleet.total,
        );
        if (head >= 0) for (const { runId } of queued.slice(head)) expect(admitted).not.toContain(runId);
      }),
    );
  });

  it('settles for fewer ranks than wanted only after a while, and then for as many as there are', () => {
    fc.assert(
      fc.property(queueArbitrary, slotsArbitrary, (queued, fleet) => {
        for (const { runId, worldSize } of planAdmissions(queued, fleet, now).admit) {
          const { config, waitingSince } = queued.find((run) => run.runId === runId)!;
          if (worldSize < config.ranks.max) expect(now.getTime() - waitingSince.getTime()).toBeGreaterThanOrEqual(SETTLE_MS);
        }
      }),
    );
    expect(planAdmissions([aRun('a', 1, 4, SETTLE_MS - 1)], slots(3), now).admit).toEqual([]);
    expect(planAdmissions([aRun('a', 1, 4, SETTLE_MS)], slots(3), now).admit).toEqual([{ runId: 'a', worldSize: 3 }]);
  });

  it('lets small runs pass a young gang that does not fit', () => {
    const queued = [aRun('big', 4, 4, BACKFILL_MS - 1), aRun('small', 1, 1, 0)];
    expect(planAdmissions(queued, slots(3, 4), now)).toEqual({
      admit: [{ runId: 'small', worldSize: 1 }],
      waiting: [{ runId: 'big', ranks: 4, minRanks: 4 }],
    });
  });

  it('is not stopped for ever by a gang that is larger than the whole fleet', () => {
    const queued = [aRun('impossible', 8, 8, 10 * BACKFILL_MS), aRun('small', 1, 1, 0)];
    expect(planAdmissions(queued, slots(3, 4), now).admit).toEqual([{ runId: 'small', worldSize: 1 }]);
  });

  it('says what waits in whole gangs, oldest first', () => {
    const queued = [aRun('a', 2, 4, 100), aRun('b', 1, 3, 50)];
    expect(planAdmissions(queued, slots(0), now).waiting).toEqual([
      { runId: 'a', ranks: 4, minRanks: 2 },
      { runId: 'b', ranks: 3, minRanks: 1 },
    ]);
  });

  it('says the fewest ranks that the batch can be split over, not just the configured ones', () => {
    const config = aConfig(2, 8, { globalBatchSize: 64, bnGroupSize: 8 });
    const uneven = { ...config, ranks: { min: 3, max: 8 } };
    expect(planAdmissions([{ ...aRun('a', 3, 8, 0), config: uneven }], slots(0), now).waiting).toEqual([
      { runId: 'a', ranks: 8, minRanks: 4 },
    ]);
  });
});

describe('worldSizes', () => {
  it('gives every rank the same number of whole groups, the largest first, the wanted one always', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 8 }),
        fc.integer({ min: 1, max: 8 }),
        fc.integer({ min: 1, max: 6 }),
        fc.integer({ min: 1, max: 6 }),
        (a, b, bnGroupSize, groups) => {
          const [min, max] = [Math.min(a, b), Math.max(a, b)];
          const config = aConfig(min, max, { globalBatchSize: max * bnGroupSize * groups, bnGroupSize });
          const sizes = worldSizes(config);
          expect(sizes[0]).toBe(max);
          expect(sizes).toEqual([...sizes].sort((x, y) => y - x));
          for (const size of sizes) {
            expect(size).toBeGreaterThanOrEqual(min);
            expect(config.batch.globalBatchSize % (size * bnGroupSize)).toBe(0);
          }
        },
      ),
    );
  });
});

describe('windowsOf', () => {
  const fewest = ({ config }: QueuedRun): number => worldSizes(config).at(-1) ?? 1;
  /** What the query finds. */
  const seen = (queued: readonly QueuedRun[], fleet: { free: number; total: number }): QueuedRun[] => {
    const found = windowsOf(fleet).flatMap(({ fromRanks, toRanks, limit }) =>
      queued.filter((run) => fewest(run) >= fromRanks && fewest(run) <= (toRanks ?? Infinity)).slice(0, limit),
    );
    return queued.filter((run) => found.includes(run));
  };

  it('leave no run out of a short queue', () => {
    fc.assert(
      fc.property(queueArbitrary, slotsArbitrary, (queued, fleet) => {
        expect(seen(queued, fleet)).toEqual(queued);
      }),
    );
  });

  it('show a run that fits behind more than a window of those that do not, and the next tick one that fits what is left', () => {
    const large = Array.from({ length: WINDOW + 50 }, (_, index) => aRun(`large-${index}`, 9, 9, 0));
    const middle = Array.from({ length: WINDOW + 50 }, (_, index) => aRun(`middle-${index}`, 2, 2, 0));
    const queued = [...large, ...middle, aRun('small', 1, 1, 0)];
    const first = planAdmissions(seen(queued, slots(3, 8)), slots(3, 8), now).admit;
    expect(first).toEqual([{ runId: 'middle-0', worldSize: 2 }]);
    const left = queued.filter(({ runId }) => runId !== 'middle-0');
    expect(planAdmissions(seen(left, slots(1, 8)), slots(1, 8), now).admit).toEqual([{ runId: 'small', worldSize: 1 }]);
  });
});
