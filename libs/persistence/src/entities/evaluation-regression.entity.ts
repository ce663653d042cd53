import type { Regression } from '#contracts';
import { Check, Column, Entity, ForeignKey, PrimaryColumn } from 'typeorm';
import { RunEntity } from './run.entity.js';

/** A metric of an evaluation that fell by more than its margin; written with the transition that completes the evaluation. */
@Entity({ name: 'evaluation_regressions' })
@Check('evaluation_regressions_against', `against in ('alias', 'itself')`)
export class EvaluationRegressionEntity {
  @PrimaryColumn({ name: 'run_id', type: 'text', primaryKeyConstraintName: 'evaluation_regressions_pkey' })
  @ForeignKey(() => RunEntity, { name: 'evaluation_regressions_run', onDelete: 'CASCADE' })
  runId!: string;

  @PrimaryColumn({ name: 'target', type: 'text', primaryKeyConstraintName: 'evaluation_regressions_pkey' })
  target!: string;

  @PrimaryColumn({ name: 'metric', type: 'text', primaryKeyConstraintName: 'evaluation_regressions_pkey' })
  metric!: string;

  @PrimaryColumn({ name: 'against', type: 'text', primaryKeyConstraintName: 'evaluation_regressions_pkey' })
  against!: Regression['against'];

  /** `name@alias`; empty: against itself. */
  @PrimaryColumn({ name: 'alias', type: 'text', primaryKeyConstraintName: 'evaluation_regressions_pkey' })
  alias!: string;

  @Column({ name: 'changed', type: 'text', array: true })
  changed!: Regression['changed'];

  @Column({ name: 'baseline_model_id', type: 'text' })
  baselineModelId!: string;

  @Column({ name: 'baseline_evaluation_id', type: 'text' })
  baselineEvaluationId!: string;

  @Column({ name: 'baseline', type: 'double precision' })
  baseline!: number;

  @Column({ name: 'current', type: 'double precision' })
  current!: number;

  @Column({ name: 'margin', type: 'double precision' })
  margin!: number;

  @Column({ name: 'margin_from', type: 'text' })
  marginFrom!: Regression['marginFrom'];
}
