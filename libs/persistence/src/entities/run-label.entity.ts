import type { RunKind } from '#contracts';
import { Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { RunEntity } from './run.entity.js';

/** A label of a run, for searching: the configuration has the same. Kind and time are the run's, so that one index finds and orders. */
@Entity({ name: 'run_labels' })
@Index('run_labels_search', ['kind', 'key', 'value', 'createdAt', 'runId'])
export class RunLabelEntity {
  @PrimaryColumn({ name: 'run_id', type: 'text', primaryKeyConstraintName: 'run_labels_pkey' })
  @ForeignKey(() => RunEntity, { name: 'run_labels_run', onDelete: 'CASCADE' })
  runId!: string;

  @PrimaryColumn({ name: 'key', type: 'text', primaryKeyConstraintName: 'run_labels_pkey' })
  key!: string;

  @Column({ name: 'value', type: 'text' })
  value!: string;

  @Column({ name: 'kind', type: 'text' })
  kind!: RunKind;

  @Column({ name: 'created_at', type: 'timestamptz', precision: 3 })
  createdAt!: Date;
}
