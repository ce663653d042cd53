import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** Who changed what through the API; written in the transaction of the change, never updated. */
@Entity({ name: 'audit_events' })
@Index('audit_events_at', ['at', 'id'])
@Index('audit_events_by_resource', ['resourceId', 'at'])
@Index('audit_events_by_actor', ['actor', 'at', 'id'])
@Index('audit_events_by_action', ['action', 'at', 'id'])
export class AuditEventEntity {
  @PrimaryColumn({ name: 'id', type: 'text', primaryKeyConstraintName: 'audit_events_pkey' })
  id!: string;

  @Column({ name: 'at', type: 'timestamptz', precision: 3, default: () => 'now()' })
  at!: Date;

  /** Id of the key that asked, or `system`. */
  @Column({ name: 'actor', type: 'text' })
  actor!: string;

  /** Operation of the API: `runs.cancel`, `webhooks.rotateSecret`, ... */
  @Column({ name: 'action', type: 'text' })
  action!: string;

  @Column({ name: 'resource_id', type: 'text' })
  resourceId!: string;

  /** What changed, without secrets. */
  @Column({ name: 'details', type: 'jsonb' })
  details!: Record<string, unknown>;
}
