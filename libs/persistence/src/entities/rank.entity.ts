import type { ErrorReport, RecordOf } from '#contracts';
import { Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { GenerationEntity } from './generation.entity.js';

export type RankOutcome = RecordOf<'rank.finished'>['outcome'];

/** One rank of one generation and how far its record channel is committed. */
@Entity({ name: 'ranks' })
@Index('ranks_failed', ['workerId', 'finishedAt'], { where: `outcome = 'failed'` })
@ForeignKey(() => GenerationEntity, ['runId', 'generation'], ['runId', 'generation'], {
  name: 'ranks_generation',
  onDelete: 'CASCADE',
})
export class RankEntity {
  @PrimaryColumn({ name: 'run_id', type: 'text', primaryKeyConstraintName: 'ranks_pkey' })
  runId!: string;

  @PrimaryColumn({ name: 'generation', type: 'int', primaryKeyConstraintName: 'ranks_pkey' })
  generation!: number;

  @PrimaryColumn({ name: 'rank', type: 'int', primaryKeyConstraintName: 'ranks_pkey' })
  rank!: number;

  @Column({ name: 'worker_id', type: 'text', nullable: true })
  workerId!: string | null;

  @Column({ name: 'slot', type: 'int', nullable: true })
  slot!: number | null;

  /** `seq` of the last committed record; -1: none. */
  @Column({ name: 'committed_seq', type: 'int', default: -1 })
  committedSeq!: number;

  /** null: not finished. */
  @Column({ name: 'outcome', type: 'text', nullable: true })
  outcome!: RankOutcome | null;

  /** Why it succeeded before the run's last step. */
  @Column({ name: 'message', type: 'text', nullable: true })
  message!: string | null;

  @Column({ name: 'error', type: 'jsonb', nullable: true })
  error!: ErrorReport | null;

  @Column({ name: 'last_step', type: 'int', nullable: true })
  lastStep!: number | null;

  @Column({ name: 'claimed_at', type: 'timestamptz', precision: 3, nullable: true })
  claimedAt!: Date | null;

  @Column({ name: 'finished_at', type: 'timestamptz', precision: 3, nullable: true })
  finishedAt!: Date | null;
}
