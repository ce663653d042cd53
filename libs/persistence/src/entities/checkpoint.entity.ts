import type { CheckpointManifest } from '#contracts';
import { Column, Entity, ForeignKey, PrimaryColumn, Unique } from 'typeorm';
import { RunEntity } from './run.entity.js';

/** An accepted checkpoint: a row here is what makes it exist. */
@Entity({ name: 'checkpoints' })
@Unique('checkpoints_run_generation_step', ['runId', 'generation', 'step'])
export class CheckpointEntity {
  @PrimaryColumn({ name: 'id', type: 'text', primaryKeyConstraintName: 'checkpoints_pkey' })
  id!: string;

  @Column({ name: 'run_id', type: 'text' })
  @ForeignKey(() => RunEntity, { name: 'checkpoints_run', onDelete: 'CASCADE' })
  runId!: string;

  @Column({ name: 'generation', type: 'int' })
  generation!: number;

  @Column({ name: 'step', type: 'int' })
  step!: number;

  @Column({ name: 'manifest', type: 'jsonb' })
  manifest!: CheckpointManifest;

  @Column({ name: 'accepted_at', type: 'timestamptz', precision: 3, default: () => 'now()' })
  acceptedAt!: Date;
}
