import type { Accuracies, ErrorReport, FileEntry, ModelSource, ModelState } from '#contracts';
import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { RunEntity } from './run.entity.js';

/** A stored backbone: one version of a name. */
@Entity({ name: 'models' })
@Index('models_by_run', ['runId'])
@Index('models_created', ['createdAt', 'id'])
@Index('models_version', ['name', 'version'], { unique: true })
@Index('models_by_name', ['name', 'createdAt', 'id'], { where: 'deleted_at is null' })
@Index('models_by_network', ['network', 'createdAt', 'id'], { where: 'deleted_at is null' })
@Index('models_by_state', ['state', 'createdAt', 'id'], { where: 'deleted_at is null' })
@Index('models_best', ['createdAt', 'id'], { where: 'is_best and deleted_at is null' })
@Index('models_by_label', ['labels'], { where: 'deleted_at is null', type: 'gin' })
@Index('models_to_remove', ['deletedAt'], { where: 'deleted_at is not null and files_gone_at is null' })
@Check('models_state', `state in ('importing', 'ready', 'failed')`)
@Check('models_source', `source in ('run', 'import')`)
export class ModelEntity {
  @PrimaryColumn({ name: 'id', type: 'text', primaryKeyConstraintName: 'models_pkey' })
  id!: string;

  @Column({ name: 'name', type: 'text' })
  name!: string;

  /** 1, 2, ... per name; a number is never used again. */
  @Column({ name: 'version', type: 'int' })
  version!: number;

  @Column({ name: 'labels', type: 'jsonb', default: {} })
  labels!: Record<string, string>;

  @Column({ name: 'description', type: 'text', default: '' })
  description!: string;

  @Column({ name: 'state', type: 'text', default: 'ready' })
  state!: ModelState;

  @Column({ name: 'source', type: 'text', default: 'run' })
  source!: ModelSource;

  /** null: it was imported. */
  @Column({ name: 'run_id', type: 'text', nullable: true })
  @ForeignKey(() => RunEntity, { name: 'models_run', onDelete: 'CASCADE' })
  runId!: string | null;

  /** The one that wrote it. */
  @Column({ name: 'generation', type: 'int', nullable: true })
  generation!: number | null;

  @Column({ name: 'step', type: 'int', nullable: true })
  step!: number | null;

  /** Relative to the storage root. */
  @Column({ name: 'folder', type: 'text' })
  folder!: string;

  /** Of its files: `arcfleet`, or as they came. */
  @Column({ name: 'format', type: 'text', default: 'arcfleet' })
  format!: string;

  /** null: the files do not say, or nobody has opened them yet. */
  @Column({ name: 'network', type: 'text', nullable: true })
  network!: string | null;

  @Column({ name: 'embedding_size', type: 'int', nullable: true })
  embeddingSize!: number | null;

  @Column({ name: 'files', type: 'jsonb' })
  files!: FileEntry[];

  @Column({ name: 'accuracies', type: 'jsonb' })
  accuracies!: Accuracies;

  @Column({ name: 'is_best', type: 'boolean' })
  isBest!: boolean;

  @Column({ name: 'is_last', type: 'boolean' })
  isLast!: boolean;

  /** Engine and version of ArcFleet that trained it. */
  @Column({ name: 'engine', type: 'text', nullable: true })
  engine!: string | null;

  @Column({ name: 'code_version', type: 'text', nullable: true })
  codeVersion!: string | null;

  /** The task that imports it. */
  @Column({ name: 'task_id', type: 'text', nullable: true })
  taskId!: string | null;

  /** Why the import failed. */
  @Column({ name: 'error', type: 'jsonb', nullable: true })
  error!: ErrorReport | null;

  @Column({ name: 'revision', type: 'int', default: 1 })
  revision!: number;

  @Column({ name: 'created_at', type: 'timestamptz', precision: 3, default: () => 'now()' })
  createdAt!: Date;

  /** A better one has replaced it, a restart threw its step away, or somebody deleted it: nobody finds it any more. */
  @Column({ name: 'deleted_at', type: 'timestamptz', precision: 3, nullable: true })
  deletedAt!: Date | null;

  /** Its files, and what was exported of it, are removed since. */
  @Column({ name: 'files_gone_at', type: 'timestamptz', precision: 3, nullable: true })
  filesGoneAt!: Date | null;
}
