import type {
  EmbeddingConfig,
  EmbeddingResult,
  ErrorReport,
  EvaluatedModel,
  EvaluationConfig,
  RunConfig,
  RunKind,
  RunStatus,
  TaskConfig,
  TaskResult,
} from '#contracts';
import { Check, Column, Entity, Index, PrimaryColumn } from 'typeorm';

@Entity({ name: 'runs' })
@Index('runs_created', ['kind', 'createdAt', 'id'])
@Index('runs_by_model', ['modelId'])
@Index('runs_by_dataset', ['datasetId', 'createdAt', 'id'], { where: `dataset_id is not null` })
@Index('runs_evaluated', ['modelId', 'finishedAt', 'id'], { where: `kind = 'evaluation' and status = 'succeeded'` })
@Index('runs_by_status', ['kind', 'status', 'createdAt', 'id'])
// Its operator class, which prefixes need, cannot be said here.
@Index('runs_by_name', { synchronize: false })
@Index('runs_by_network', ['network', 'createdAt', 'id'], { where: 'network is not null' })
@Index('runs_queued', ['createdAt', 'id', 'minRanks'], { where: `status = 'queued'` })
@Index('runs_unfinished', ['status'], { where: `status not in ('succeeded', 'failed', 'canceled')` })
@Check('runs_status', `status in ('queued', 'starting', 'running', 'succeeded', 'failed', 'canceling', 'canceled')`)
@Check('runs_kind', `kind in ('training', 'evaluation', 'embedding', 'task')`)
export class RunEntity {
  @PrimaryColumn({ name: 'id', type: 'text', primaryKeyConstraintName: 'runs_pkey' })
  id!: string;

  @Column({ name: 'kind', type: 'text', default: 'training' })
  kind!: RunKind;

  /** Resolved configuration of its kind: the schema has nothing left to fill in. Images of a request for embeddings go when it ends. */
  @Column({ name: 'config', type: 'jsonb' })
  config!: RunConfig | EvaluationConfig | EmbeddingConfig | TaskConfig;

  /** Out of the configuration, to search by. */
  @Column({ name: 'name', type: 'text', nullable: true })
  name!: string | null;

  /** That of a training; null for runs of other kinds. */
  @Column({ name: 'network', type: 'text', nullable: true })
  network!: string | null;

  /** Counts the changes of what can be edited: name and labels. */
  @Column({ name: 'revision', type: 'int', default: 1 })
  revision!: number;

  /** The fewest ranks that it can run with. */
  @Column({ name: 'min_ranks', type: 'int', default: 1 })
  minRanks!: number;

  /** Run from whose checkpoint it goes on, and the step of that; null: it started from scratch. */
  @Column({ name: 'resumed_from', type: 'text', nullable: true })
  resumedFrom!: string | null;

  @Column({ name: 'resumed_step', type: 'int', nullable: true })
  resumedStep!: number | null;

  /** Run whose configuration it has, but for what was changed. */
  @Column({ name: 'cloned_from', type: 'text', nullable: true })
  clonedFrom!: string | null;

  /** Stored model that an evaluation or a request for embeddings uses. No foreign key: what it found outlives the model. */
  @Column({ name: 'model_id', type: 'text', nullable: true })
  modelId!: string | null;

  /** Registered data set that a training or an evaluation was made for. No foreign key, as with the model. */
  @Column({ name: 'dataset_id', type: 'text', nullable: true })
  datasetId!: string | null;

  /** That model as the worker found it. */
  @Column({ name: 'opened_model', type: 'jsonb', nullable: true })
  openedModel!: EvaluatedModel | null;

  /** Answer to a request for embeddings; what a task found or made. */
  @Column({ name: 'result', type: 'jsonb', nullable: true })
  result!: EmbeddingResult | TaskResult | null;

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

  /** Version of ArcFleet on the worker of rank 0; null: it has not started, or was too old to say. */
  @Column({ name: 'code_version', type: 'text', nullable: true })
  codeVersion!: string | null;

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
