import type { WebhookEventType } from '#contracts';
import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { RunEntity } from './run.entity.js';
import { WebhookEndpointEntity } from './webhook-endpoint.entity.js';

export type DeliveryState = 'pending' | 'delivered' | 'failed';

/** The outbox: one message to one endpoint, with its exact text and how far its attempts are. */
@Entity({ name: 'webhook_deliveries' })
@Index('webhook_deliveries_due', ['nextAttemptAt'], { where: `state = 'pending'` })
@Index('webhook_deliveries_pending', ['createdAt'], { where: `state = 'pending'` })
@Index('webhook_deliveries_by_run', ['runId'])
@Index('webhook_deliveries_by_endpoint', ['endpointId'])
@Check('webhook_deliveries_state', `state in ('pending', 'delivered', 'failed')`)
export class WebhookDeliveryEntity {
  /** `msg_...`, the `webhook-id` of every attempt. */
  @PrimaryColumn({ name: 'id', type: 'text', primaryKeyConstraintName: 'webhook_deliveries_pkey' })
  id!: string;

  @Column({ name: 'endpoint_id', type: 'text' })
  @ForeignKey(() => WebhookEndpointEntity, { name: 'webhook_deliveries_endpoint', onDelete: 'CASCADE' })
  endpointId!: string;

  /** null: it tells of what is no run. */
  @Column({ name: 'run_id', type: 'text', nullable: true })
  @ForeignKey(() => RunEntity, { name: 'webhook_deliveries_run', onDelete: 'CASCADE' })
  runId!: string | null;

  @Column({ name: 'event_type', type: 'text' })
  eventType!: WebhookEventType;

  /** What is signed and sent, byte for byte. */
  @Column({ name: 'body', type: 'text' })
  body!: string;

  @Column({ name: 'state', type: 'text', default: 'pending' })
  state!: DeliveryState;

  /** Attempts made. */
  @Column({ name: 'attempts', type: 'int', default: 0 })
  attempts!: number;

  @Column({ name: 'next_attempt_at', type: 'timestamptz', precision: 3, nullable: true })
  nextAttemptAt!: Date | null;

  @Column({ name: 'last_attempt_at', type: 'timestamptz', precision: 3, nullable: true })
  lastAttemptAt!: Date | null;

  @Column({ name: 'last_status', type: 'int', nullable: true })
  lastStatus!: number | null;

  @Column({ name: 'last_error', type: 'text', nullable: true })
  lastError!: string | null;

  @Column({ name: 'created_at', type: 'timestamptz', precision: 3, default: () => 'now()' })
  createdAt!: Date;

  @Column({ name: 'delivered_at', type: 'timestamptz', precision: 3, nullable: true })
  deliveredAt!: Date | null;
}
