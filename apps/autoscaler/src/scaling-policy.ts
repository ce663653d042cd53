import type { FleetDemand } from '#contracts';

/** A worker as the policy sees it. */
export interface FleetWorker {
  readonly workerId: string;
  readonly slots: number;
  /** Ranks that it holds. */
  readonly busy: number;
  /** Takes no more jobs. */
  readonly draining: boolean;
  /** Started by this autoscaler. Others lend their slots, and are neither counted against the maximum nor retired. */
  readonly isOwn: boolean;
}

export interface ScalingLimits {
  /** Bounds on the number of own workers, those that are starting or leaving included in the upper one. */
  readonly minWorkers: number;
  readonly maxWorkers: number;
  readonly slotsPerWorker: number;
  /** How long a worker must have been both idle and not needed before it is retired. */
  readonly idleMs: number;
}

/** Since when (ms) each worker is idle and not needed. */
export type IdleSince = ReadonlyMap<string, number>;

export interface FleetObservation {
  /** null: nobody has said what is wanted. */
  readonly demand: FleetDemand | null;
  readonly workers: readonly FleetWorker[];
  /** Own workers that were started and are not yet known to Redis. */
  readonly starting: number;
  readonly idleSince: IdleSince;
  /** Milliseconds; any clock that does not go back. */
  readonly now: number;
}

export interface ScalingDecision {
  /** How many own workers to start. */
  readonly start: number;
  /** Own workers to retire. */
  readonly retire: readonly string[];
  readonly idleSince: IdleSince;
  /** Runs whose fewest ranks do not fit even into an empty fleet of the maximum size: nothing is started for them. */
  readonly oversized: readonly string[];
}

/**
 * Decides how many workers the fleet needs. Slots are wanted for all reserved ranks and for every waiting gang, oldest
 * first, as many as are left under the maximum, if it settles for that: half a gang would only hold slots. Without a
 * demand nothing changes.
 */
export function decideScaling(observation: FleetObservation, limits: ScalingLimits): ScalingDecision {
  const { demand, workers, starting } = observation;
  if (demand === null) return { start: 0, retire: [], idleSince: new Map(), oversized: [] };

  const usable = workers.filter((worker) => !worker.draining);
  const borrowedSlots = sum(usable.filter((worker) => !worker.isOwn).map((worker) => worker.slots));
  const mostSlots = limits.maxWorkers * limits.slotsPerWorker + borrowedSlots;
  const wantedSlots = slotsWanted(demand, mostSlots);

  const usableSlots = sum(usable.map((worker) => worker.slots));
  const numOwn = workers.filter((worker) => worker.isOwn).length + starting;
  const numOwnUsable = usable.filter((worker) => worker.isOwn).length + starting;
  // Ranks on a worker that leaves are reserved, too, but need no slot elsewhere.
  const leavingRanks = sum(workers.filter((worker) => worker.draining).map((worker) => worker.busy));
  const missingSlots =
    wantedSlots - Math.min(leavingRanks, demand.reservedRanks) - usableSlots - starting * limits.slotsPerWorker;
  const missingWorkers = Math.max(Math.ceil(missingSlots / limits.slotsPerWorker), limits.minWorkers - numOwnUsable);
  const start = Math.max(0, Math.min(missingWorkers, limits.maxWorkers - numOwn));

  const { retire, idleSince } = chooseRetired(observation, usable, {
    ...limits,
    // Counted without those that are starting: they may never arrive.
    spareSlots: usableSlots - wantedSlots,
    spareWorkers: numOwnUsable - starting - limits.minWorkers,
  });
  const oversized = demand.waitingGangs.filter((gang) => gang.minRanks > mostSlots).map((gang) => gang.runId);
  return { start, retire, idleSince, oversized };
}

function slotsWanted(demand: FleetDemand, mostSlots: number): number {
  let wanted = demand.reservedRanks;
  for (const { ranks, minRanks } of demand.waitingGangs) {
    const most = Math.min(ranks, mostSlots - wanted);
    if (most >= minRanks) wanted += most;
  }
  return wanted;
}

/** Workers that can be spared now, and among them those that could be spared all the time for `idleMs`. */
function chooseRetired(
  { idleSince, now }: FleetObservation,
  usable: readonly FleetWorker[],
  { idleMs, ...spare }: { idleMs: number; spareSlots: number; spareWorkers: number },
): Pick<ScalingDecision, 'retire' | 'idleSince'> {
  const since = (worker: FleetWorker): number => idleSince.get(worker.workerId) ?? now;
  // Those that were spared before go first, or the choice would wander and no clock would run out.
  const idle = usable
    .filter((worker) => worker.isOwn && worker.busy === 0)
    .sort((a, b) => since(a) - since(b) || (a.workerId < b.workerId ? -1 : 1));
  let { spareSlots, spareWorkers } = spare;
  const spared = new Map<string, number>();
  const retire: string[] = [];
  for (const worker of idle) {
    if (spareWorkers <= 0) break;
    if (worker.slots > spareSlots) continue;
    spareSlots -= worker.slots;
    spareWorkers -= 1;
    if (now - since(worker) >= idleMs) retire.push(worker.workerId);
    else spared.set(worker.workerId, since(worker));
  }
  return { retire, idleSince: spared };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
