import { Column, Entity, ForeignKey, PrimaryColumn } from 'typeorm';
import { RunEntity } from './run.entity.js';

/** One scalar. The key contains the generation, so a replayed step never overwrites history. */
@Entity({ name: 'metrics' })
export class MetricEntity {
  @PrimaryColumn({ name: 'run_id', type: 'text', primaryKeyConstraintName: 'metrics_pkey' })
  @ForeignKey(() => RunEntity, { name: 'metrics_run', onDelete: 'CASCADE' })
  runId!: string;

  @PrimaryColumn({ name: 'generation', type: 'int', primaryKeyConstraintName: 'metrics_pkey' })
  generation!: number;

  @PrimaryColumn({ name: 'rank', type: 'int', primaryKeyConstraintName: 'metrics_pkey' })
  rank!: number;

  @PrimaryColumn({ name: 'step', type: 'int', primaryKeyConstraintName: 'metrics_pkey' })
  step!: number;

  @PrimaryColumn({ name: 'name', type: 'text', primaryKeyConstraintName: 'metrics_pkey' })
  name!: string;

  @Column({ name: 'value', type: 'double precision' })
  value!: number;
}
