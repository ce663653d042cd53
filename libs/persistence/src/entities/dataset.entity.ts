import type { DatasetFacts, DatasetKind, DatasetState } from '#contracts';
import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';

/** A version of a registered data set. */
@Entity({ name: 'datasets' })
@Index('datasets_created', ['createdAt', 'id'])
@Index('datasets_by_name', ['name', 'createdAt', 'id'])
@Index('datasets_ready', ['name', 'digest'], { unique: true, where: `state = 'ready'` })
@Index('datasets_newest', ['name', 'validatedAt'], { where: `state = 'ready'` })
@Index('datasets_duplicates', ['duplicateOf'], { where: `duplicate_of is not null` })
// GIN; typeorm cannot write it.
@Index('datasets_labels', { synchronize: false })
@Check('datasets_state', `state in ('validating', 'ready', 'invalid', 'failed', 'duplicate')`)
export class DatasetEntity {
  @PrimaryColumn({ name: 'id', type: 'text', primaryKeyConstraintName: 'datasets_pkey' })
  id!: string;

  @Column({ name: 'name', type: 'text' })
  name!: string;

  @Column({ name: 'state', type: 'text' })
  state!: DatasetState;

  /** As the workers see it; where its images were seen last. */
  @Column({ name: 'path', type: 'text' })
  path!: string;

  @Column({ name: 'kind', type: 'text' })
  kind!: DatasetKind;

  /** Whether its validation decodes every image. */
  @Column({ name: 'decode', type: 'boolean' })
  decode!: boolean;

  @Column({ name: 'labels', type: 'jsonb' })
  labels!: Record<string, string>;

  @Column({ name: 'description', type: 'text' })
  description!: string;

  /** Its last validation: only that one's end changes the row. */
  @Column({ name: 'task_id', type: 'text' })
  taskId!: string;

  @Column({ name: 'facts', type: 'jsonb', nullable: true })
  facts!: DatasetFacts | null;

  /** That of the facts; null: not known. */
  @Column({ name: 'digest', type: 'text', nullable: true })
  digest!: string | null;

  @Column({ name: 'problems', type: 'jsonb' })
  problems!: { where: string; message: string }[];

  @Column({ name: 'num_problems', type: 'int', default: 0 })
  numProblems!: number;

  /** Version with the same images. */
  @Column({ name: 'duplicate_of', type: 'text', nullable: true })
  @ForeignKey(() => DatasetEntity, { name: 'datasets_duplicate_of', onDelete: 'CASCADE' })
  duplicateOf!: string | null;

  /** Rises with each edit. */
  @Column({ name: 'revision', type: 'int', default: 1 })
  revision!: number;

  @Column({ name: 'created_at', type: 'timestamptz', precision: 3, default: () => 'now()' })
  createdAt!: Date;

  /** When its images were last seen to be what the facts say. */
  @Column({ name: 'validated_at', type: 'timestamptz', precision: 3, nullable: true })
  validatedAt!: Date | null;
}
