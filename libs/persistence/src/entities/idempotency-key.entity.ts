import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** Answer of a request that may be sent again. It is written in the transaction of the request's effect. */
@Entity({ name: 'idempotency_keys' })
@Index('idempotency_keys_expiry', ['expiresAt'])
export class IdempotencyKeyEntity {
  @PrimaryColumn({ name: 'key', type: 'text', primaryKeyConstraintName: 'idempotency_keys_pkey' })
  key!: string;

  @PrimaryColumn({ name: 'route', type: 'text', primaryKeyConstraintName: 'idempotency_keys_pkey' })
  route!: string;

  /** SHA-256 of the body. */
  @Column({ name: 'fingerprint', type: 'text' })
  fingerprint!: string;

  @Column({ name: 'status', type: 'int' })
  status!: number;

  @Column({ name: 'response', type: 'jsonb' })
  response!: Record<string, unknown>;

  @Column({ name: 'expires_at', type: 'timestamptz', precision: 3 })
  expiresAt!: Date;
}
