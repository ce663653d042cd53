import type { VerificationScores, VerificationSubject } from '#contracts';
import { Column, Entity, ForeignKey, PrimaryColumn } from 'typeorm';
import { RunEntity } from './run.entity.js';

/** Scores of one verification set at one step. */
@Entity({ name: 'verifications' })
export class VerificationEntity {
  @PrimaryColumn({ name: 'run_id', type: 'text', primaryKeyConstraintName: 'verifications_pkey' })
  @ForeignKey(() => RunEntity, { name: 'verifications_run', onDelete: 'CASCADE' })
  runId!: string;

  @PrimaryColumn({ name: 'generation', type: 'int', primaryKeyConstraintName: 'verifications_pkey' })
  generation!: number;

  @PrimaryColumn({ name: 'step', type: 'int', primaryKeyConstraintName: 'verifications_pkey' })
  step!: number;

  @PrimaryColumn({ name: 'subject', type: 'text', primaryKeyConstraintName: 'verifications_pkey' })
  subject!: VerificationSubject;

  @PrimaryColumn({ name: 'target', type: 'text', primaryKeyConstraintName: 'verifications_pkey' })
  target!: string;

  @Column({ name: 'scores', type: 'jsonb' })
  scores!: VerificationScores;

  @Column({ name: 'at', type: 'timestamptz', precision: 3, default: () => 'now()' })
  at!: Date;
}
