import type { Accuracies, ErrorReport, FileEntry, RunConfig, RunStatus } from '#contracts';
import { Check, Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** A stored backbone; the folder is relative to the storage root. */
export interface RunModel {
  /** The one that wrote it. */
  generation: number;
  step: number;
  folder: string;
  files: FileEntry[];
  accuracies: Accuracies;
  isBest: boolean;
  isLast: boolean;
}

@Entity({ name: 'runs' })
@Index('runs_created', ['createdAt', 'id'])
@Index('runs_unfinished', ['status'], { where: `status not in ('succeeded', 'failed', 'canceled')` })
@Check('runs_status', `status in ('queued', 'starting', 'running', 'succeeded', 'failed', 'canceling', 'canceled')`)
export class RunEntity {
  @PrimaryColumn({ name: 'id', type: 'text', primaryKeyConstraintName: 'runs_pkey' })
  id!: string;

  /** Resolved configuration: `runConfigSchema` has nothing left to fill in. */
  @Column({ name: 'config', type: 'jsonb' })
  config!: RunConfig;

  /** Changes only through `transitionRun`. */
  @Column({ name: 'status', type: 'text' })
  status!: RunStatus;

  @Column({ name: 'reason', type: 'text' })
  reason!: string;

  @Column({ name: 'message', type: 'text' })
  message!: string;

  @Column({ name: 'error', type: 'jsonb', nullable: true })
  error!: ErrorReport | null;

  /** Last generation minted; 0: none yet. */
  @Column({ name: 'generation', type: 'int', default: 0 })
  generation!: number;

  @Column({ name: 'restarts', type: 'int', default: 0 })
  restarts!: number;

  @Column({ name: 'restarts_since_checkpoint', type: 'int', default: 0 })
  restartsSinceCheckpoint!: number;

  /** Backoff: not admitted before. */
  @Column({ name: 'not_before', type: 'timestamptz', precision: 3, nullable: true })
  notBefore!: Date | null;

  @Column({ name: 'cancel_requested_at', type: 'timestamptz', precision: 3, nullable: true })
  cancelRequestedAt!: Date | null;

  @Column({ name: 'world_size', type: 'int', nullable: true })
  worldSize!: number | null;

  @Column({ name: 'engine', type: 'text', nullable: true })
  engine!: string | null;

  @Column({ name: 'step', type: 'int', default: 0 })
  step!: number;

  /** Steps of the whole run; null: training has not started yet. */
  @Column({ name: 'total_steps', type: 'int', nullable: true })
  totalSteps!: number | null;

  @Column({ name: 'num_classes', type: 'int', nullable: true })
  numClasses!: number | null;

  /** Last accepted checkpoint. No foreign key: `checkpoints` already points here. */
  @Column({ name: 'checkpoint_id', type: 'text', nullable: true })
  checkpointId!: string | null;

  /** Stored models that were not deleted since, oldest first; none of steps that a restart threw away. */
  @Column({ name: 'models', type: 'jsonb', default: [] })
  models!: RunModel[];

  /** Last `seq` used in `run_events`. */
  @Column({ name: 'event_seq', type: 'int', default: 0 })
  eventSeq!: number;

  @Column({ name: 'created_at', type: 'timestamptz', precision: 3, default: () => 'now()' })
  createdAt!: Date;

  @Column({ name: 'admitted_at', type: 'timestamptz', precision: 3, nullable: true })
  admittedAt!: Date | null;

  @Column({ name: 'started_at', type: 'timestamptz', precision: 3, nullable: true })
  startedAt!: Date | null;

  @Column({ name: 'finished_at', type: 'timestamptz', precision: 3, nullable: true })
  finishedAt!: Date | null;
}
