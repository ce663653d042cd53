import type { RunStreamEvent } from '#contracts';
import { Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { RunEntity } from './run.entity.js';

/** What happened to a run, in order; feeds server-sent events and the list of transitions. Written by `appendRunEvent` only. */
@Entity({ name: 'run_events' })
@Index('run_events_progress', ['runId'], { where: `type = 'progress'` })
@Index('run_events_transitions', ['runId', 'seq'], { where: `type = 'transition'` })
export class RunEventEntity {
  @PrimaryColumn({ name: 'run_id', type: 'text', primaryKeyConstraintName: 'run_events_pkey' })
  @ForeignKey(() => RunEntity, { name: 'run_events_run', onDelete: 'CASCADE' })
  runId!: string;

  @PrimaryColumn({ name: 'seq', type: 'int', primaryKeyConstraintName: 'run_events_pkey' })
  seq!: number;

  @Column({ name: 'type', type: 'text' })
  type!: RunStreamEvent['type'];

  @Column({ name: 'data', type: 'jsonb' })
  data!: Record<string, unknown>;

  @Column({ name: 'at', type: 'timestamptz', precision: 3 })
  at!: Date;
}
