import type { DisabledReason } from '#contracts';
import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { RunEntity } from './run.entity.js';

@Entity({ name: 'webhook_endpoints' })
@Index('webhook_endpoints_by_run', ['runId', 'createdAt', 'id'])
@Index('webhook_endpoints_overlap', ['previousSecretUntil'], { where: 'previous_secret is not null' })
@Check('webhook_endpoints_disabled', '(disabled_at is null) = (disabled_reason is null)')
export class WebhookEndpointEntity {
  @PrimaryColumn({ name: 'id', type: 'text', primaryKeyConstraintName: 'webhook_endpoints_pkey' })
  id!: string;

  /** null: registered for every run. */
  @Column({ name: 'run_id', type: 'text', nullable: true })
  @ForeignKey(() => RunEntity, { name: 'webhook_endpoints_run', onDelete: 'CASCADE' })
  runId!: string | null;

  @Column({ name: 'url', type: 'text' })
  url!: string;

  /** `whsec_...`; kept readable because every delivery is signed with it. */
  @Column({ name: 'secret', type: 'text' })
  secret!: string;

  /** Signs beside `secret` until {@link previousSecretUntil}. */
  @Column({ name: 'previous_secret', type: 'text', nullable: true })
  previousSecret!: string | null;

  @Column({ name: 'previous_secret_until', type: 'timestamptz', precision: 3, nullable: true })
  previousSecretUntil!: Date | null;

  /** Event filter: events, `<resource>.*`, `*`; null: all. */
  @Column({ name: 'events', type: 'text', array: true, nullable: true })
  events!: string[] | null;

  /** Only runs with all of these labels; null: any. */
  @Column({ name: 'labels', type: 'jsonb', nullable: true })
  labels!: Record<string, string> | null;

  @Column({ name: 'description', type: 'text', default: '' })
  description!: string;

  /** Counts what is changed by request or by a receiver's answer, for `If-Match`. */
  @Column({ name: 'revision', type: 'int', default: 1 })
  revision!: number;

  /** Set: nothing more is sent, and nothing is queued. */
  @Column({ name: 'disabled_at', type: 'timestamptz', precision: 3, nullable: true })
  disabledAt!: Date | null;

  @Column({ name: 'disabled_reason', type: 'text', nullable: true })
  disabledReason!: DisabledReason | null;

  /** First failure since the last success; null: the last attempt succeeded. */
  @Column({ name: 'failing_since', type: 'timestamptz', precision: 3, nullable: true })
  failingSince!: Date | null;

  /** Answers in a row that asked for fewer calls. */
  @Column({ name: 'throttles', type: 'int', default: 0 })
  throttles!: number;

  /** No attempt to this endpoint before. */
  @Column({ name: 'throttled_until', type: 'timestamptz', precision: 3, nullable: true })
  throttledUntil!: Date | null;

  @Column({ name: 'created_at', type: 'timestamptz', precision: 3, default: () => 'now()' })
  createdAt!: Date;

  @Column({ name: 'updated_at', type: 'timestamptz', precision: 3, default: () => 'now()' })
  updatedAt!: Date;
}
