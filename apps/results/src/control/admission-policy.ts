import type { FleetDemand } from '#contracts';
import type { QueuedRun, QueueWindow } from '#persistence';
import { KIND_RULES } from './kind-rules.js';

/** A run settles for fewer ranks than it wants only after it has waited that long. */
export const SETTLE_MS = 20_000;
/** A gang that waits longer than that for its slots is overtaken no more, or it would starve. */
export const BACKFILL_MS = 60_000;

export interface Admission {
  readonly runId: string;
  readonly worldSize: number;
}

export interface AdmissionPlan {
  readonly admit: readonly Admission[];
  /** Gangs that wait, in order, with the ranks that they want and the fewest that they settle for. */
  readonly waiting: readonly WaitingGang[];
}

export type WaitingGang = FleetDemand['waitingGangs'][number];

/** Slots of the workers that take jobs. */
export interface FleetSlots {
  readonly free: number;
  readonly total: number;
}

/** Most runs of one window that a tick considers. */
export const WINDOW = 500;

/**
 * Which queued runs a tick has to look at, however many there are: the oldest of those that could start now, of those that the fleet could
 * hold once slots are given back (they may keep slots for themselves), and of those that are larger than the fleet (the autoscaler asks for
 * them). A run behind many that cannot start is so found all the same; and when the oldest that could start have taken so many slots
 * that the rest of them cannot, the next tick looks at those that fit what is left.
 */
export function windowsOf({ free, total }: FleetSlots): QueueWindow[] {
  return [
    { fromRanks: 1, toRanks: free, limit: WINDOW },
    { fromRanks: free + 1, toRanks: total, limit: WINDOW },
    { fromRanks: total + 1, toRanks: null, limit: WINDOW },
  ];
}

/**
 * Which queued runs get slots now. All ranks of a run or none; oldest first. A gang that does not fit lets smaller ones behind it
 * pass until it has waited {@link BACKFILL_MS}; from then on free slots are kept for it. A gang that the whole fleet could not hold
 * gets none kept: it would stop everybody and still not run.
 *
 * @param queued oldest first
 */
export function planAdmissions(queued: readonly QueuedRun[], slots: FleetSlots, now: Date): AdmissionPlan {
  const admit: Admission[] = [];
  const waiting: WaitingGang[] = [];
  let { free } = slots;
  for (const { runId, kind, config, waitingSince } of queued) {
    const waitedMs = now.getTime() - waitingSince.getTime();
    const sizes = KIND_RULES[kind].worldSizes(config);
    const wanted = sizes[0] ?? config.ranks.max;
    const worldSize = sizes.find((size) => size <= free && (size === wanted || waitedMs >= SETTLE_MS));
    if (worldSize !== undefined) {
      admit.push({ runId, worldSize });
      free -= worldSize;
      continue;
    }
    waiting.push({ runId, ranks: wanted, minRanks: sizes.at(-1) ?? wanted });
    if (waitedMs >= BACKFILL_MS && sizes.some((size) => size <= slots.total)) free = 0;
  }
  return { admit, waiting };
}
