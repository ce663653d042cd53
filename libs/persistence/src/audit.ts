import type { EntityManager } from 'typeorm';
import { newId } from './ids.js';
import { jsonb } from './storable.js';

export interface NewAuditEvent {
  /** Id of the key that asked, or `system`. */
  readonly actor: string;
  /** Operation of the API, for example `runs.cancel`. */
  readonly action: string;
  readonly resourceId: string;
  /** What changed. Never a secret. */
  readonly details?: Record<string, unknown>;
}

/** Writes who changed what, in the transaction of the change: a change that is there has its event. */
export async function appendAudit(manager: EntityManager, event: NewAuditEvent): Promise<void> {
  await manager.query('insert into audit_events (id, actor, action, resource_id, details) values ($1, $2, $3, $4, $5)', [
    newId('aud'),
    event.actor,
    event.action,
    event.resourceId,
    jsonb(event.details ?? {}),
  ]);
}
