import type { FireOutcome, FireTrigger } from '#contracts';
import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { RunEntity } from './run.entity.js';
import { ScheduleEntity } from './schedule.entity.js';

/** What became of one time of a schedule. The unique index lets a time fire once, whoever comes with it and how often. */
@Entity({ name: 'schedule_fires' })
@Index('schedule_fires_once', ['scheduleId', 'scheduledAt'], { unique: true, where: `trigger = 'cron'` })
@Index('schedule_fires_listed', ['scheduleId', 'scheduledAt', 'id'])
@Index('schedule_fires_started', ['scheduleId', 'firedAt'], { where: `outcome = 'started'` })
@Index('schedule_fires_waiting', ['scheduleId'], { unique: true, where: `outcome = 'waiting'` })
@Check('schedule_fires_trigger', `trigger in ('cron', 'manual')`)
@Check('schedule_fires_outcome', `outcome in ('started', 'waiting', 'skipped', 'missed')`)
export class ScheduleFireEntity {
  @PrimaryColumn({ name: 'id', type: 'text', primaryKeyConstraintName: 'schedule_fires_pkey' })
  id!: string;

  @Column({ name: 'schedule_id', type: 'text' })
  @ForeignKey(() => ScheduleEntity, { name: 'schedule_fires_schedule', onDelete: 'CASCADE' })
  scheduleId!: string;

  @Column({ name: 'scheduled_at', type: 'timestamptz', precision: 3 })
  scheduledAt!: Date;

  @Column({ name: 'fired_at', type: 'timestamptz', precision: 3 })
  firedAt!: Date;

  @Column({ name: 'trigger', type: 'text' })
  trigger!: FireTrigger;

  @Column({ name: 'outcome', type: 'text' })
  outcome!: FireOutcome;

  @Column({ name: 'reason', type: 'text' })
  reason!: string;

  @Column({ name: 'message', type: 'text' })
  message!: string;

  /** Of the schedule, then. */
  @Column({ name: 'revision', type: 'int' })
  revision!: number;
}

/** An evaluation that a fire made. */
@Entity({ name: 'schedule_evaluations' })
@Index('schedule_evaluations_by_fire', ['fireId'])
export class ScheduleEvaluationEntity {
  @PrimaryColumn({ name: 'run_id', type: 'text', primaryKeyConstraintName: 'schedule_evaluations_pkey' })
  @ForeignKey(() => RunEntity, { name: 'schedule_evaluations_run', onDelete: 'CASCADE' })
  runId!: string;

  @Column({ name: 'fire_id', type: 'text' })
  @ForeignKey(() => ScheduleFireEntity, { name: 'schedule_evaluations_fire', onDelete: 'CASCADE' })
  fireId!: string;
}
