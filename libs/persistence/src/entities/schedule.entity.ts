import type { Margins, MissedPolicy, Overlap, ScheduledEvaluation } from '#contracts';
import { Check, Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** When which models are evaluated anew. */
@Entity({ name: 'schedules' })
@Index('schedules_name', ['name'], { unique: true })
@Index('schedules_created', ['createdAt', 'id'])
@Index('schedules_paused', ['createdAt', 'id'], { where: 'paused_at is not null' })
@Index('schedules_due', ['nextAt'], { where: 'next_at is not null' })
@Check('schedules_overlap', `overlap in ('skip', 'queue', 'replace')`)
@Check('schedules_missed', `missed in ('skip', 'run_once')`)
export class ScheduleEntity {
  @PrimaryColumn({ name: 'id', type: 'text', primaryKeyConstraintName: 'schedules_pkey' })
  id!: string;

  @Column({ name: 'name', type: 'text' })
  name!: string;

  @Column({ name: 'cron', type: 'text' })
  cron!: string;

  /** IANA name. */
  @Column({ name: 'timezone', type: 'text' })
  timezone!: string;

  /** What to do, resolved. */
  @Column({ name: 'evaluation', type: 'jsonb' })
  evaluation!: ScheduledEvaluation;

  @Column({ name: 'overlap', type: 'text' })
  overlap!: Overlap;

  @Column({ name: 'missed', type: 'text' })
  missed!: MissedPolicy;

  @Column({ name: 'grace_seconds', type: 'int' })
  graceSeconds!: number;

  /** null: intervals decide what a regression is. */
  @Column({ name: 'margin', type: 'jsonb', nullable: true })
  margin!: Margins | null;

  @Column({ name: 'paused_at', type: 'timestamptz', precision: 3, nullable: true })
  pausedAt!: Date | null;

  /** The first time that nothing has been decided about; null: paused, or there is none. */
  @Column({ name: 'next_at', type: 'timestamptz', precision: 3, nullable: true })
  nextAt!: Date | null;

  /** Changes with every edit. */
  @Column({ name: 'revision', type: 'int', default: 1 })
  revision!: number;

  @Column({ name: 'created_at', type: 'timestamptz', precision: 3, default: () => 'now()' })
  createdAt!: Date;

  @Column({ name: 'updated_at', type: 'timestamptz', precision: 3, default: () => 'now()' })
  updatedAt!: Date;
}
