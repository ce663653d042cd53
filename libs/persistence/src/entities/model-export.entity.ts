import type { ErrorReport, ExportFormat, FileEntry } from '#contracts';
import { Check, Column, Entity, ForeignKey, PrimaryColumn } from 'typeorm';
import { ModelEntity } from './model.entity.js';

export type ExportState = 'pending' | 'ready' | 'failed';

/** A model in another format: made once, by a task. */
@Entity({ name: 'model_exports' })
@Check('model_exports_format', `format in ('safetensors', 'onnx', 'mxnet')`)
@Check('model_exports_state', `state in ('pending', 'ready', 'failed')`)
export class ModelExportEntity {
  @PrimaryColumn({ name: 'model_id', type: 'text', primaryKeyConstraintName: 'model_exports_pkey' })
  @ForeignKey(() => ModelEntity, { name: 'model_exports_model', onDelete: 'CASCADE' })
  modelId!: string;

  @PrimaryColumn({ name: 'format', type: 'text', primaryKeyConstraintName: 'model_exports_pkey' })
  format!: ExportFormat;

  @Column({ name: 'state', type: 'text' })
  state!: ExportState;

  @Column({ name: 'task_id', type: 'text' })
  taskId!: string;

  /** Relative to the storage root. */
  @Column({ name: 'folder', type: 'text' })
  folder!: string;

  @Column({ name: 'files', type: 'jsonb', default: [] })
  files!: FileEntry[];

  /** Why it failed; asked for again it is tried again. */
  @Column({ name: 'error', type: 'jsonb', nullable: true })
  error!: ErrorReport | null;

  @Column({ name: 'created_at', type: 'timestamptz', precision: 3, default: () => 'now()' })
  createdAt!: Date;

  @Column({ name: 'finished_at', type: 'timestamptz', precision: 3, nullable: true })
  finishedAt!: Date | null;
}
