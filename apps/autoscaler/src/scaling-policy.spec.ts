import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decideScaling, type FleetObservation, type FleetWorker, type ScalingLimits } from './scaling-policy.js';

const AT = '2026-01-01T00:00:00.000Z';
const LIMITS: ScalingLimits = { minWorkers: 0, maxWorkers: 4, slotsPerWorker: 1, idleMs: 1_000 };

/** Gangs: the ranks that each wants, or what it settles for and what it wants. */
const demand = (reservedRanks: number, ...waiting: (number | [number, number])[]) => ({
  reservedRanks,
  waitingGangs: waiting.map((gang, index) => {
    const [minRanks, ranks] = typeof gang === 'number' ? [gang, gang] : gang;
    return { runId: `run${index}`, ranks, minRanks };
  }),
  at: AT,
});
const aWorker = (change: Partial<FleetWorker> = {}): FleetWorker => ({
  workerId: 'w',
  slots: 1,
  busy: 0,
  draining: false,
  isOwn: true,
  ...change,
});
const observe = (change: Partial<FleetObservation> = {}): FleetObservation => ({
  demand: demand(0),
  workers: [],
  starting: 0,
  idleSince: new Map(),
  now: 0,
  ...change,
});

describe('decideScaling', () => {
  it('starts a whole gang from zero, in workers of several slots', () => {
    expect(decideScaling(observe({ demand: demand(0, 3) }), LIMITS).start).toBe(3);
    expect(decideScaling(observe({ demand: demand(0, 3) }), { ...LIMITS, slotsPerWorker: 2 }).start).toBe(2);
  });

  it('starts nothing for a gang that can never fit, and serves the ones behind it', () => {
    const decision = decideScaling(observe({ demand: demand(0, 5, 2) }), LIMITS);
    expect(decision.start).toBe(2);
    expect(decision.oversized).toEqual(['run0']);
  });

  it('starts what there may be for a gang that settles for less, and calls it oversized only below that', () => {
    const limits = { ...LIMITS, maxWorkers: 2 };
    expect(decideScaling(observe({ demand: demand(0, [1, 8]) }), limits)).toMatchObject({ start: 2, oversized: [] });
    expect(decideScaling(observe({ demand: demand(1, [1, 8]), workers: [aWorker({ busy: 1 })] }), limits).start).toBe(1);
    expect(decideScaling(observe({ demand: demand(0, [3, 8]) }), limits)).toMatchObject({ start: 0, oversized: ['run0'] });
    // The elder first: what it leaves is for those behind it.
    expect(decideScaling(observe({ demand: demand(0, [1, 3], [2, 4]) }), LIMITS).start).toBe(3);
  });

  it('keeps the workers of a gang that waits for more than there will be', () => {
    const limits = { ...LIMITS, maxWorkers: 2 };
    const workers = [0, 1].map((index) => aWorker({ workerId: `w${index}` }));
    const idleSince = new Map(workers.map(({ workerId }) => [workerId, -10_000]));
    expect(decideScaling(observe({ demand: demand(0, [1, 8]), workers, idleSince }), limits).retire).toEqual([]);
  });

  it('does not start half a gang beside what is reserved', () => {
    const workers = [0, 1].map((index) => aWorker({ workerId: `w${index}`, busy: 1 }));
    expect(decideScaling(observe({ demand: demand(2, 3), workers }), LIMITS).start).toBe(0);
  });

  it('uses the slots of workers that others started, and never retires those', () => {
    const foreign = aWorker({ workerId: 'foreign', slots: 3, isOwn: false });
    expect(decideScaling(observe({ demand: demand(0, 4), workers: [foreign] }), LIMITS).start).toBe(1);
    const idleSince = new Map([['foreign', -10_000]]);
    expect(decideScaling(observe({ workers: [foreign], idleSince }), LIMITS).retire).toEqual([]);
  });

  it('replaces a worker that leaves only as far as its ranks will not end there', () => {
    const leaving = aWorker({ draining: true, busy: 1 });
    expect(decideScaling(observe({ demand: demand(1), workers: [leaving] }), LIMITS).start).toBe(0);
    expect(decideScaling(observe({ demand: demand(1, 1), workers: [leaving] }), LIMITS).start).toBe(1);
  });

  it('keeps the minimum', () => {
    const limits = { ...LIMITS, minWorkers: 2 };
    expect(decideScaling(observe(), limits).start).toBe(2);
    const workers = [0, 1, 2].map((index) => aWorker({ workerId: `w${index}` }));
    const idleSince = new Map(workers.map(({ workerId }) => [workerId, -10_000]));
    expect(decideScaling(observe({ workers, idleSince }), limits).retire).toEqual(['w0']);
  });
});

/** A fleet of mixed workers and a demand that may ask for more than there is. */
const limitsArbitrary = fc
  .record({ maxWorkers: fc.nat(8), minWorkers: fc.nat(8), slotsPerWorker: fc.integer({ min: 1, max: 4 }), idleMs: fc.nat(2_000) })
  .map((limits) => ({ ...limits, minWorkers: Math.min(limits.minWorkers, limits.maxWorkers) }));
const demandArbitrary = fc
  .record({
    reservedRanks: fc.nat(12),
    gangs: fc.array(
      fc
        .tuple(fc.integer({ min: 1, max: 12 }), fc.nat(6))
        .map(([minRanks, more]): [number, number] => [minRanks, minRanks + more]),
      { maxLength: 5 },
    ),
  })
  .map(({ reservedRanks, gangs }) => demand(reservedRanks, ...gangs));
const situation = limitsArbitrary.chain((limits) =>
  fc
    .record({
      demand: fc.option(demandArbitrary, { freq: 10 }),
      own: fc.array(fc.record({ busy: fc.nat(limits.slotsPerWorker), draining: fc.boolean() }), { maxLength: limits.maxWorkers }),
      foreign: fc.array(fc.record({ slots: fc.integer({ min: 1, max: 4 }), draining: fc.boolean() }), { maxLength: 3 }),
      starting: fc.nat(limits.maxWorkers),
      idle: fc.array(fc.nat(4_000), { minLength: 8, maxLength: 8 }),
    })
    .map(({ demand: wanted, own, foreign, starting, idle }) => {
      const workers = [
        ...own.map((worker, index) => aWorker({ ...worker, slots: limits.slotsPerWorker, workerId: `own${index}` })),
        ...foreign.map((worker, index) => aWorker({ ...worker, workerId: `foreign${index}`, isOwn: false })),
      ];
      return {
        limits,
        observation: observe({
          demand: wanted,
          workers,
          starting: Math.min(starting, limits.maxWorkers - own.length),
          idleSince: new Map(own.map((_worker, index) => [`own${index}`, -(idle[index] ?? 0)])),
        }),
      };
    }),
);
const slotsOf = (workers: readonly FleetWorker[]) => workers.reduce((sum, worker) => sum + worker.slots, 0);

describe('decideScaling, whatever the situation', () => {
  const holds = (property: (input: { limits: ScalingLimits; observation: FleetObservation }) => void) =>
    fc.assert(fc.property(situation, property), { numRuns: 2_000 });

  it('never exceeds the maximum', () => {
    holds(({ limits, observation }) => {
      const { start } = decideScaling(observation, limits);
      const numOwn = observation.workers.filter((worker) => worker.isOwn).length;
      expect(start).toBeGreaterThanOrEqual(0);
      expect(numOwn + observation.starting + start).toBeLessThanOrEqual(limits.maxWorkers);
    });
  });

  it('never retires a worker that holds a rank, leaves already, is needed, or belongs to others', () => {
    holds(({ limits, observation }) => {
      const { retire } = decideScaling(observation, limits);
      for (const workerId of retire) {
        expect(observation.workers.find((worker) => worker.workerId === workerId)).toMatchObject({
          busy: 0,
          draining: false,
          isOwn: true,
        });
      }
      const left = observation.workers.filter((worker) => !worker.draining && !retire.includes(worker.workerId));
      if (retire.length === 0) return;
      expect(slotsOf(left)).toBeGreaterThanOrEqual(observation.demand?.reservedRanks ?? 0);
      expect(left.filter((worker) => worker.isOwn).length).toBeGreaterThanOrEqual(limits.minWorkers);
    });
  });

  it('has slots for all that is reserved as soon as its workers have come, if the maximum allows', () => {
    holds(({ limits, observation }) => {
      if (observation.demand === null) return;
      const { start } = decideScaling(observation, limits);
      const usable = observation.workers.filter((worker) => !worker.draining);
      const leavingRanks = observation.workers.reduce((sum, worker) => sum + (worker.draining ? worker.busy : 0), 0);
      const numOwn = observation.workers.filter((worker) => worker.isOwn).length + observation.starting + start;
      const slots = slotsOf(usable) + (observation.starting + start) * limits.slotsPerWorker;
      const isAtMaximum = numOwn === limits.maxWorkers;
      expect(isAtMaximum || slots + leavingRanks >= observation.demand.reservedRanks).toBe(true);
    });
  });

  it('starts no worker for gangs that cannot fit under the maximum', () => {
    holds(({ limits, observation }) => {
      const { demand: wanted, workers } = observation;
      if (wanted === null) return;
      const foreign = slotsOf(workers.filter((worker) => !worker.draining && !worker.isOwn));
      const most = limits.maxWorkers * limits.slotsPerWorker + foreign;
      const waitingGangs = wanted.waitingGangs.filter((gang) => gang.minRanks > most);
      const { start } = decideScaling({ ...observation, demand: { ...wanted, waitingGangs } }, limits);
      const nobodyWaits = decideScaling({ ...observation, demand: { ...wanted, waitingGangs: [] } }, limits);
      expect(start).toBe(nobodyWaits.start);
    });
  });

  it('changes nothing while nobody says what is wanted', () => {
    holds(({ limits, observation }) => {
      const decision = decideScaling({ ...observation, demand: null }, limits);
      expect(decision).toMatchObject({ start: 0, retire: [] });
      expect(decision.idleSince.size).toBe(0);
    });
  });

  it('does not retire and start in one breath', () => {
    holds(({ limits, observation }) => {
      const { start, retire } = decideScaling(observation, limits);
      expect(start === 0 || retire.length === 0).toBe(true);
    });
  });
});

describe('decideScaling over time', () => {
  /** A fleet that does what the policy says: starts take a tick, ranks spread over workers, retired workers go. */
  function simulate(demands: readonly ReturnType<typeof demand>[], limits: ScalingLimits, tickMs: number) {
    let workers: FleetWorker[] = [];
    let starting = 0;
    let idleSince: FleetObservation['idleSince'] = new Map();
    let born = 0;
    const history: { now: number; demand: ReturnType<typeof demand>; alive: number; retired: number; started: number }[] = [];
    demands.forEach((wanted, tick) => {
      const now = tick * tickMs;
      for (; starting > 0; starting -= 1) workers.push(aWorker({ workerId: `w${born++}`, slots: limits.slotsPerWorker }));
      let ranks = wanted.reservedRanks;
      workers = workers.map((worker) => {
        const busy = Math.min(worker.slots, ranks);
        ranks -= busy;
        return { ...worker, busy };
      });
      const decision = decideScaling({ demand: wanted, workers, starting, idleSince, now }, limits);
      idleSince = decision.idleSince;
      starting = decision.start;
      workers = workers.filter((worker) => !decision.retire.includes(worker.workerId));
      history.push({
        now,
        demand: wanted,
        alive: workers.length + starting,
        retired: decision.retire.length,
        started: decision.start,
      });
    });
    return history;
  }
  const steadyLimits = fc.record({
    minWorkers: fc.constant(0),
    maxWorkers: fc.integer({ min: 1, max: 6 }),
    slotsPerWorker: fc.integer({ min: 1, max: 3 }),
    idleMs: fc.constant(1_000),
  });

  it('comes to zero after the idle time, and not before', () => {
    fc.assert(
      fc.property(steadyLimits, fc.array(demandArbitrary, { minLength: 1, maxLength: 30 }), (limits, demands) => {
        const quiet = Array.from({ length: 15 }, () => demand(0));
        const history = simulate([...demands, ...quiet], limits, 100);
        expect(history.at(-1)?.alive).toBe(0);
      }),
      { numRuns: 500 },
    );
  });

  it('retires only what was not needed during the whole idle time', () => {
    fc.assert(
      fc.property(steadyLimits, fc.array(demandArbitrary, { minLength: 20, maxLength: 60 }), (limits, demands) => {
        const history = simulate(demands, limits, 100);
        history.forEach((entry, index) => {
          if (entry.retired === 0) return;
          const window = history.slice(Math.max(0, index - 10), index + 1);
          // Nothing was started in that time, or the clocks would have begun anew.
          const spareThroughout = window.slice(0, -1).every(({ started }) => started === 0);
          expect(entry.now).toBeGreaterThanOrEqual(limits.idleMs);
          expect(spareThroughout).toBe(true);
        });
      }),
      { numRuns: 500 },
    );
  });

  it('does not flap while the demand comes and goes faster than the idle time', () => {
    fc.assert(
      fc.property(steadyLimits, fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 6 }), (limits, pause, ranks) => {
        const wanted = Math.min(ranks, limits.maxWorkers * limits.slotsPerWorker);
        const wave = Array.from({ length: 80 }, (_unused, tick) => (tick % (pause + 1) === 0 ? demand(wanted) : demand(0)));
        const history = simulate(wave, limits, 100);
        expect(history.reduce((sum, entry) => sum + entry.started, 0)).toBe(Math.ceil(wanted / limits.slotsPerWorker));
        expect(history.reduce((sum, entry) => sum + entry.retired, 0)).toBe(0);
      }),
      { numRuns: 200 },
    );
  });
});
