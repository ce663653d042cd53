import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { RunEntity } from './run.entity.js';

export type GenerationState = 'admitted' | 'running' | 'ending' | 'ended';

/** One start of all ranks of a run. */
@Entity({ name: 'generations' })
@Index('generations_live', ['state'], { where: `state <> 'ended'` })
@Check('generations_state', `state in ('admitted', 'running', 'ending', 'ended')`)
export class GenerationEntity {
  @PrimaryColumn({ name: 'run_id', type: 'text', primaryKeyConstraintName: 'generations_pkey' })
  @ForeignKey(() => RunEntity, { name: 'generations_run', onDelete: 'CASCADE' })
  runId!: string;

  @PrimaryColumn({ name: 'generation', type: 'int', primaryKeyConstraintName: 'generations_pkey' })
  generation!: number;

  @Column({ name: 'world_size', type: 'int' })
  worldSize!: number;

  /** Step of the checkpoint it started from; 0: from scratch. */
  @Column({ name: 'start_step', type: 'int' })
  startStep!: number;

  @Column({ name: 'checkpoint_id', type: 'text', nullable: true })
  checkpointId!: string | null;

  @Column({ name: 'state', type: 'text' })
  state!: GenerationState;

  /** Why it is ending or ended. */
  @Column({ name: 'reason', type: 'text', nullable: true })
  reason!: string | null;

  @Column({ name: 'created_at', type: 'timestamptz', precision: 3, default: () => 'now()' })
  createdAt!: Date;

  @Column({ name: 'started_at', type: 'timestamptz', precision: 3, nullable: true })
  startedAt!: Date | null;

  @Column({ name: 'ending_at', type: 'timestamptz', precision: 3, nullable: true })
  endingAt!: Date | null;

  @Column({ name: 'ended_at', type: 'timestamptz', precision: 3, nullable: true })
  endedAt!: Date | null;
}
