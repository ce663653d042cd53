import type { DeliveryState, RunKind, RunStatus, WorkerState } from '#contracts';
import type { EntityManager } from 'typeorm';

/** Adds the changes up, so that they stay few. */
export async function foldCounts(manager: EntityManager): Promise<void> {
  await manager.query(
    `with taken as (delete from count_changes returning subject, kind, state, n),
          sums as (select subject, kind, state, sum(n) as n from taken group by subject, kind, state)
     insert into counts as c (subject, kind, state, n) select subject, kind, state, n from sums
       on conflict (subject, kind, state) do update set n = c.n + excluded.n`,
  );
}

/** What operators watch. All of it is read from rows that grow with the fleet and not with its history. */
export interface FleetNumbers {
  readonly runs: readonly { readonly kind: RunKind; readonly status: RunStatus; readonly n: number }[];
  readonly deliveries: readonly { readonly state: DeliveryState; readonly n: number }[];
  /** When the oldest delivery that is not answered yet was queued. */
  readonly oldestPendingDelivery: Date | null;
  readonly workers: readonly { readonly state: WorkerState; readonly n: number; readonly slots: number; readonly busy: number }[];
  /** null: nothing was ever admitted. */
  readonly admission: {
    readonly reservedRanks: number;
    readonly waitingRanks: number;
    readonly numWaiting: number;
    readonly waitingSince: Date | null;
    readonly at: Date;
  } | null;
}

export async function readFleetNumbers(manager: EntityManager): Promise<FleetNumbers> {
  const [row] = await manager.query<
    {
      counts: { subject: 'run' | 'delivery'; kind: string; state: string; n: number }[] | null;
      workers: FleetNumbers['workers'] | null;
      oldestPendingDelivery: Date | null;
      waitingSince: Date | null;
      at: Date | null;
      reservedRanks: number | null;
      waitingRanks: number | null;
      numWaiting: number | null;
    }[]
  >(NUMBERS);
  const { counts, workers, oldestPendingDelivery = null, at = null } = row ?? {};
  const of = (subject: 'run' | 'delivery') => (counts ?? []).filter((each) => each.subject === subject);
  return {
    runs: of('run').map(({ kind, state, n }) => ({ kind: kind as RunKind, status: state as RunStatus, n })),
    deliveries: of('delivery').map(({ state, n }) => ({ state: state as DeliveryState, n })),
    oldestPendingDelivery,
    workers: workers ?? [],
    admission: at && {
      reservedRanks: row?.reservedRanks ?? 0,
      waitingRanks: row?.waitingRanks ?? 0,
      numWaiting: row?.numWaiting ?? 0,
      waitingSince: row?.waitingSince ?? null,
      at,
    },
  };
}

/** One statement: all numbers are of one moment. */
export const NUMBERS = `
  select (select json_agg(c) from (
            select subject, kind, state, sum(n)::float8 as n
              from (select subject, kind, state, n from counts union all select subject, kind, state, n from count_changes) each
             group by subject, kind, state) c) as counts,
         (select json_agg(w) from (
            select state, count(*)::int as n, sum(slots)::int as slots, sum(jsonb_array_length(busy))::int as busy
              from workers group by state) w) as workers,
         (select min(created_at) from webhook_deliveries where state = 'pending') as "oldestPendingDelivery",
         s.reserved_ranks as "reservedRanks", s.waiting_ranks as "waitingRanks", s.num_waiting as "numWaiting",
         s.waiting_since as "waitingSince", s.at
    from (select 1) one left join fleet_status s on s.id = 1`;
