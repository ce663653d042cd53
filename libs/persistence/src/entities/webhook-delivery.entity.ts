import type { DeliveryState, WebhookEventType } from '#contracts';
import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { RunEntity } from './run.entity.js';
import { WebhookEndpointEntity } from './webhook-endpoint.entity.js';

/** The outbox: one message to one endpoint, with its exact text and how far its attempts are. */
@Entity({ name: 'webhook_deliveries' })
@Index('webhook_deliveries_due', ['endpointId', 'nextAttemptAt', 'id'], { where: `state = 'pending'` })
@Index('webhook_deliveries_leased', ['endpointId'], { where: 'leased_until is not null' })
@Index('webhook_deliveries_due_first', ['nextAttemptAt', 'endpointId'], { where: `state = 'pending'` })
@Index('webhook_deliveries_pending', ['createdAt'], { where: `state = 'pending'` })
@Index('webhook_deliveries_by_run', ['runId'])
@Index('webhook_deliveries_by_endpoint', ['endpointId', 'createdAt', 'id'])
@Index('webhook_deliveries_by_state', ['endpointId', 'state', 'createdAt', 'id'])
@Index('webhook_deliveries_by_event', ['endpointId', 'eventType', 'createdAt', 'id'])
@Index('webhook_deliveries_ended', ['createdAt'], { where: `state <> 'pending'` })
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

  /** Number of the series of attempts: a redelivery begins a new one. */
  @Column({ name: 'series', type: 'int', default: 1 })
  series!: number;

  /** Attempts made in this series: the schedule counts them. */
  @Column({ name: 'series_attempts', type: 'int', default: 0 })
  seriesAttempts!: number;

  /** Token of the attempt that is under way. */
  @Column({ name: 'lease', type: 'text', nullable: true })
  lease!: string | null;

  /** Until then nobody else makes an attempt. */
  @Column({ name: 'leased_until', type: 'timestamptz', precision: 3, nullable: true })
  leasedUntil!: Date | null;

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
