import { Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { ModelEntity } from './model.entity.js';

/** Who held an alias of a name from when to when; the one without an end holds it now. */
@Entity({ name: 'model_aliases' })
@Index('model_aliases_current', ['alias', 'name'], { unique: true, where: 'until is null' })
@Index('model_aliases_by_model', ['modelId'], { where: 'until is null' })
export class ModelAliasEntity {
  @PrimaryColumn({ name: 'name', type: 'text', primaryKeyConstraintName: 'model_aliases_pkey' })
  name!: string;

  @PrimaryColumn({ name: 'alias', type: 'text', primaryKeyConstraintName: 'model_aliases_pkey' })
  alias!: string;

  /** 1, 2, ... per alias: its revision. */
  @PrimaryColumn({ name: 'number', type: 'int', primaryKeyConstraintName: 'model_aliases_pkey' })
  number!: number;

  @Column({ name: 'model_id', type: 'text' })
  @ForeignKey(() => ModelEntity, { name: 'model_aliases_model', onDelete: 'CASCADE' })
  modelId!: string;

  @Column({ name: 'since', type: 'timestamptz', precision: 3 })
  since!: Date;

  @Column({ name: 'until', type: 'timestamptz', precision: 3, nullable: true })
  until!: Date | null;

  /** Who gave it, who took it away: ids of keys, or `system`. */
  @Column({ name: 'set_by', type: 'text' })
  setBy!: string;

  @Column({ name: 'ended_by', type: 'text', nullable: true })
  endedBy!: string | null;
}
