import type { RunLogLevel } from '#contracts';
import { Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { RunEntity } from './run.entity.js';

/** How far the log of a run is. */
@Entity({ name: 'run_log_heads' })
@Index('run_log_heads_age', ['lastAt'])
export class RunLogHeadEntity {
  @PrimaryColumn({ name: 'run_id', type: 'text', primaryKeyConstraintName: 'run_log_heads_pkey' })
  @ForeignKey(() => RunEntity, { name: 'run_log_heads_run', onDelete: 'CASCADE' })
  runId!: string;

  @Column({ name: 'last_seq', type: 'int', default: 0 })
  lastSeq!: number;

  /** What its lines take, as the quota counts it. */
  @Column({ name: 'bytes', type: 'int', default: 0 })
  bytes!: number;

  /** True: the quota is used up, and the log says so. */
  @Column({ name: 'is_full', type: 'boolean', default: false })
  isFull!: boolean;

  /** `<generation>/<rank>/<worker>` -> number of the next line: what comes again is known, and what is missing. */
  @Column({ name: 'cursors', type: 'jsonb', default: {} })
  cursors!: Record<string, number>;

  @Column({ name: 'last_at', type: 'timestamptz', precision: 3 })
  lastAt!: Date;
}

/** One line that a rank logged, or that was logged about it. */
@Entity({ name: 'run_logs' })
@Index('run_logs_warnings', ['runId', 'seq'], { where: `level in ('warn', 'error')` })
export class RunLogEntity {
  @PrimaryColumn({ name: 'run_id', type: 'text', primaryKeyConstraintName: 'run_logs_pkey' })
  @ForeignKey(() => RunLogHeadEntity, { name: 'run_logs_head', onDelete: 'CASCADE' })
  runId!: string;

  @PrimaryColumn({ name: 'seq', type: 'int', primaryKeyConstraintName: 'run_logs_pkey' })
  seq!: number;

  @Column({ name: 'at', type: 'timestamptz', precision: 3 })
  at!: Date;

  @Column({ name: 'generation', type: 'int' })
  generation!: number;

  @Column({ name: 'rank', type: 'int' })
  rank!: number;

  @Column({ name: 'level', type: 'text' })
  level!: RunLogLevel;

  @Column({ name: 'message', type: 'text' })
  message!: string;

  @Column({ name: 'fields', type: 'jsonb', nullable: true })
  fields!: Record<string, unknown> | null;
}
