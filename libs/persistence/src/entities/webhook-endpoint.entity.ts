import type { WebhookEventType } from '#contracts';
import { Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { RunEntity } from './run.entity.js';

@Entity({ name: 'webhook_endpoints' })
@Index('webhook_endpoints_by_run', ['runId'])
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

  /** Event filter; null: all. */
  @Column({ name: 'events', type: 'text', array: true, nullable: true })
  events!: WebhookEventType[] | null;

  /** Set when the receiver answered 410: nothing more is sent. */
  @Column({ name: 'disabled_at', type: 'timestamptz', precision: 3, nullable: true })
  disabledAt!: Date | null;

  @Column({ name: 'created_at', type: 'timestamptz', precision: 3, default: () => 'now()' })
  createdAt!: Date;
}
