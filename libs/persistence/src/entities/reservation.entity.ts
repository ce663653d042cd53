import { Column, Entity, ForeignKey, PrimaryColumn } from 'typeorm';
import { GenerationEntity } from './generation.entity.js';

/** A slot held for a rank; released by deletion. */
@Entity({ name: 'reservations' })
@ForeignKey(() => GenerationEntity, ['runId', 'generation'], ['runId', 'generation'], {
  name: 'reservations_generation',
  onDelete: 'CASCADE',
})
export class ReservationEntity {
  @PrimaryColumn({ name: 'run_id', type: 'text', primaryKeyConstraintName: 'reservations_pkey' })
  runId!: string;

  @PrimaryColumn({ name: 'generation', type: 'int', primaryKeyConstraintName: 'reservations_pkey' })
  generation!: number;

  @PrimaryColumn({ name: 'rank', type: 'int', primaryKeyConstraintName: 'reservations_pkey' })
  rank!: number;

  /** null until a worker claimed the rank. */
  @Column({ name: 'worker_id', type: 'text', nullable: true })
  workerId!: string | null;

  @Column({ name: 'expires_at', type: 'timestamptz', precision: 3 })
  expiresAt!: Date;
}
