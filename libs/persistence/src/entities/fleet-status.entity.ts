import { Check, Column, Entity, PrimaryColumn } from 'typeorm';

/** A gang that waits for slots: the ranks that it wants, and the fewest that it settles for. */
export interface WaitingRun {
  readonly runId: string;
  readonly ranks: number;
  readonly minRanks: number;
}

/** What the last admission found; one row. */
@Entity({ name: 'fleet_status' })
@Check('fleet_status_one', 'id = 1')
export class FleetStatusEntity {
  @PrimaryColumn({ name: 'id', type: 'int', primaryKeyConstraintName: 'fleet_status_pkey' })
  id!: number;

  /** Slots of the workers that take jobs. */
  @Column({ name: 'total_slots', type: 'int' })
  totalSlots!: number;

  @Column({ name: 'free_slots', type: 'int' })
  freeSlots!: number;

  @Column({ name: 'reserved_ranks', type: 'int' })
  reservedRanks!: number;

  @Column({ name: 'waiting_ranks', type: 'int' })
  waitingRanks!: number;

  @Column({ name: 'num_waiting', type: 'int' })
  numWaiting!: number;

  /** The first of those that wait, in order. */
  @Column({ name: 'waiting', type: 'jsonb' })
  waiting!: WaitingRun[];

  /** Since when the one waits that has waited longest. */
  @Column({ name: 'waiting_since', type: 'timestamptz', precision: 3, nullable: true })
  waitingSince!: Date | null;

  @Column({ name: 'at', type: 'timestamptz', precision: 3 })
  at!: Date;
}
