import type { EvaluationScores } from '#contracts';
import { Column, Entity, ForeignKey, PrimaryColumn } from 'typeorm';
import { RunEntity } from './run.entity.js';

/** What an evaluation found on one target; those of older generations stay and are not shown. */
@Entity({ name: 'evaluation_scores' })
export class EvaluationScoreEntity {
  @PrimaryColumn({ name: 'run_id', type: 'text', primaryKeyConstraintName: 'evaluation_scores_pkey' })
  @ForeignKey(() => RunEntity, { name: 'evaluation_scores_run', onDelete: 'CASCADE' })
  runId!: string;

  @PrimaryColumn({ name: 'generation', type: 'int', primaryKeyConstraintName: 'evaluation_scores_pkey' })
  generation!: number;

  @PrimaryColumn({ name: 'target', type: 'text', primaryKeyConstraintName: 'evaluation_scores_pkey' })
  target!: string;

  @Column({ name: 'protocol', type: 'text' })
  protocol!: EvaluationScores['protocol'];

  /** SHA-256 of what the target's files held; null: from before that was kept. */
  @Column({ name: 'digest', type: 'text', nullable: true })
  digest!: string | null;

  /** With ROC points and histogram. */
  @Column({ name: 'scores', type: 'jsonb' })
  scores!: EvaluationScores;

  @Column({ name: 'at', type: 'timestamptz', precision: 3, default: () => 'now()' })
  at!: Date;
}
