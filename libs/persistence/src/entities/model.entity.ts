import type { Accuracies, FileEntry } from '#contracts';
import { Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { RunEntity } from './run.entity.js';

/** A stored backbone. */
@Entity({ name: 'models' })
@Index('models_by_run', ['runId'])
@Index('models_created', ['createdAt', 'id'])
export class ModelEntity {
  @PrimaryColumn({ name: 'id', type: 'text', primaryKeyConstraintName: 'models_pkey' })
  id!: string;

  @Column({ name: 'run_id', type: 'text' })
  @ForeignKey(() => RunEntity, { name: 'models_run', onDelete: 'CASCADE' })
  runId!: string;

  /** The one that wrote it. */
  @Column({ name: 'generation', type: 'int' })
  generation!: number;

  @Column({ name: 'step', type: 'int' })
  step!: number;

  /** Relative to the storage root. */
  @Column({ name: 'folder', type: 'text' })
  folder!: string;

  @Column({ name: 'network', type: 'text' })
  network!: string;

  @Column({ name: 'embedding_size', type: 'int' })
  embeddingSize!: number;

  @Column({ name: 'files', type: 'jsonb' })
  files!: FileEntry[];

  @Column({ name: 'accuracies', type: 'jsonb' })
  accuracies!: Accuracies;

  @Column({ name: 'is_best', type: 'boolean' })
  isBest!: boolean;

  @Column({ name: 'is_last', type: 'boolean' })
  isLast!: boolean;

  @Column({ name: 'created_at', type: 'timestamptz', precision: 3, default: () => 'now()' })
  createdAt!: Date;

  /** A better one has replaced it, or a restart threw its step away: nobody finds it any more. */
  @Column({ name: 'deleted_at', type: 'timestamptz', precision: 3, nullable: true })
  deletedAt!: Date | null;
}
