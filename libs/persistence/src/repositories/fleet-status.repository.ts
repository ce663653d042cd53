import type { EntityManager } from 'typeorm';
import type { WaitingRun } from '../entities/fleet-status.entity.js';

/** What an admission found. */
export interface FleetStatus {
  readonly totalSlots: number;
  readonly freeSlots: number;
  readonly reservedRanks: number;
  /** All that wait, in order. */
  readonly waiting: readonly WaitingRun[];
  readonly waitingSince: Date | null;
}

/** Places in the queue that are shown; behind them it is only known that there are more before. */
const SHOWN = 100;
/** A status that nobody renews says nothing of now. */
const STALE_MS = 60_000;

/** One row of bounded size, however many runs wait. */
export async function writeFleetStatus(manager: EntityManager, status: FleetStatus, at: Date): Promise<void> {
  const { totalSlots, freeSlots, reservedRanks, waiting, waitingSince } = status;
  await manager.query(
    `insert into fleet_status (id, total_slots, free_slots, reserved_ranks, waiting_ranks, num_waiting, waiting, waiting_since, at)
     values (1, $1, $2, $3, $4, $5, $6, $7, $8)
     on conflict (id) do update set total_slots = excluded.total_slots, free_slots = excluded.free_slots,
       reserved_ranks = excluded.reserved_ranks, waiting_ranks = excluded.waiting_ranks, num_waiting = excluded.num_waiting,
       waiting = excluded.waiting, waiting_since = excluded.waiting_since, at = excluded.at`,
    [
      totalSlots,
      freeSlots,
      reservedRanks,
      waiting.reduce((sum, { ranks }) => sum + ranks, 0),
      waiting.length,
      JSON.stringify(waiting.slice(0, SHOWN)),
      waitingSince,
      at,
    ],
  );
}

/** Why a queued run waits, as of the last admission; null: that says nothing about it. */
export async function findWaitingMessage(
  manager: EntityManager,
  { id, notBefore }: { id: string; notBefore: Date | null },
  now = new Date(),
): Promise<string | null> {
  if (notBefore !== null && notBefore > now) return `Waits until ${notBefore.toISOString()} before it starts again.`;
  const rows: { total: number; free: number; count: number; waiting: WaitingRun[] }[] = await manager.query(
    `select total_slots as total, free_slots as free, num_waiting as count, waiting from fleet_status where id = 1 and at > $1`,
    [new Date(now.getTime() - STALE_MS)],
  );
  const [status] = rows;
  if (status === undefined) return null;
  const place = status.waiting.findIndex(({ runId }) => runId === id);
  if (place >= 0) return waitingMessage(status.waiting[place]!, place, status);
  return status.count > SHOWN ? `Waiting for slots: more than ${SHOWN} runs ahead.` : null;
}

/** For people: what a run wants, what there is, who is before it. */
export function waitingMessage(
  { ranks, minRanks }: WaitingRun,
  ahead: number,
  { total, free }: { readonly total: number; readonly free: number },
): string {
  const wanted = `${ranks === 1 ? '1 slot' : `${ranks} slots`}${minRanks < ranks ? ` (at least ${minRanks})` : ''}`;
  const queue = ahead === 0 ? '' : `, ${ahead === 1 ? '1 run' : `${ahead} runs`} ahead`;
  const short = total < minRanks ? '; more workers are needed' : '';
  return `Waiting for ${wanted}: ${free} of ${total} free${queue}${short}.`;
}
