import type { Grant } from '#contracts';
import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

@Entity({ name: 'api_keys' })
@Index('api_keys_by_creation', ['createdAt', 'id'])
export class ApiKeyEntity {
  @PrimaryColumn({ name: 'id', type: 'text', primaryKeyConstraintName: 'api_keys_pkey' })
  id!: string;

  @Column({ name: 'name', type: 'text' })
  name!: string;

  /** The beginning of the key, by which people know it again: too short to help a guess. */
  @Column({ name: 'hint', type: 'text' })
  hint!: string;

  /** SHA-256 of the secret. Its 256 random bits need no slow hash. */
  @Column({ name: 'secret_hash', type: 'bytea' })
  secretHash!: Buffer;

  /** SHA-256 of the secret before the last rotation, valid until `previousUntil`. */
  @Column({ name: 'previous_hash', type: 'bytea', nullable: true })
  previousHash!: Buffer | null;

  @Column({ name: 'previous_until', type: 'timestamptz', precision: 3, nullable: true })
  previousUntil!: Date | null;

  @Column({ name: 'grants', type: 'text', array: true })
  grants!: Grant[];

  /** For `If-Match`; every change counts, a use does not. */
  @Column({ name: 'revision', type: 'int', default: 1 })
  revision!: number;

  @Column({ name: 'created_at', type: 'timestamptz', precision: 3, default: () => 'now()' })
  createdAt!: Date;

  /** Id of the key that made it, or `system`. */
  @Column({ name: 'created_by', type: 'text' })
  createdBy!: string;

  @Column({ name: 'expires_at', type: 'timestamptz', precision: 3, nullable: true })
  expiresAt!: Date | null;

  @Column({ name: 'revoked_at', type: 'timestamptz', precision: 3, nullable: true })
  revokedAt!: Date | null;

  /** Written at most once a minute. */
  @Column({ name: 'last_used_at', type: 'timestamptz', precision: 3, nullable: true })
  lastUsedAt!: Date | null;
}
