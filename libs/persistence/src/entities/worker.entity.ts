import type { WorkerSlot, WorkerState } from '#contracts';
import { Check, Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** What `results` last saw of a worker. The truth is in Redis: this is for who looks. */
@Entity({ name: 'workers' })
@Index('workers_started', ['startedAt', 'id'])
@Index('workers_present', ['state'], { where: `state in ('live', 'draining')` })
@Check('workers_state', `state in ('live', 'draining', 'left', 'lost')`)
export class WorkerEntity {
  @PrimaryColumn({ name: 'id', type: 'text', primaryKeyConstraintName: 'workers_pkey' })
  id!: string;

  @Column({ name: 'host', type: 'text' })
  host!: string;

  @Column({ name: 'version', type: 'text' })
  version!: string;

  @Column({ name: 'engine', type: 'text' })
  engine!: string;

  @Column({ name: 'state', type: 'text' })
  state!: WorkerState;

  @Column({ name: 'slots', type: 'int' })
  slots!: number;

  @Column({ name: 'busy', type: 'jsonb' })
  busy!: WorkerSlot[];

  /** By the worker's clock. */
  @Column({ name: 'started_at', type: 'timestamptz', precision: 3 })
  startedAt!: Date;

  /** By the clock of `results`. */
  @Column({ name: 'last_seen_at', type: 'timestamptz', precision: 3 })
  lastSeenAt!: Date;

  /** Wish of the API; `results` carries it to the worker. */
  @Column({ name: 'drain_requested_at', type: 'timestamptz', precision: 3, nullable: true })
  drainRequestedAt!: Date | null;
}
