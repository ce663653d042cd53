import { Column, Entity, ForeignKey, PrimaryColumn } from 'typeorm';
import { WebhookDeliveryEntity } from './webhook-delivery.entity.js';

/** One attempt of a delivery, for the log that users read. */
@Entity({ name: 'webhook_attempts' })
export class WebhookAttemptEntity {
  @PrimaryColumn({ name: 'delivery_id', type: 'text', primaryKeyConstraintName: 'webhook_attempts_pkey' })
  @ForeignKey(() => WebhookDeliveryEntity, { name: 'webhook_attempts_delivery', onDelete: 'CASCADE' })
  deliveryId!: string;

  /** From 1, over all series. */
  @PrimaryColumn({ name: 'number', type: 'int', primaryKeyConstraintName: 'webhook_attempts_pkey' })
  number!: number;

  /** When it ended. */
  @Column({ name: 'at', type: 'timestamptz', precision: 3 })
  at!: Date;

  @Column({ name: 'duration_ms', type: 'int' })
  durationMs!: number;

  /** null: no answer came. */
  @Column({ name: 'status', type: 'int', nullable: true })
  status!: number | null;

  @Column({ name: 'error', type: 'text', nullable: true })
  error!: string | null;

  /** Start of the answer's body. */
  @Column({ name: 'answer', type: 'text', nullable: true })
  answer!: string | null;
}
