import type { AuditEvent } from '#contracts';
import type { EntityManager } from 'typeorm';
import { AuditEventEntity } from '../entities/audit-event.entity.js';
import type { Cursor, ListOptions } from './pages.js';

export interface AuditFilter extends Pick<ListOptions, 'limit' | 'after'> {
  readonly actor?: string | undefined;
  readonly resourceId?: string | undefined;
  readonly action?: string | undefined;
  /** From this time on. */
  readonly since?: Date | undefined;
  /** Before this time. */
  readonly until?: Date | undefined;
}

/** One page, newest first. */
export async function listAuditEvents(
  manager: EntityManager,
  { limit, after, actor, resourceId, action, since, until }: AuditFilter,
): Promise<{ events: AuditEvent[]; next: Cursor | null }> {
  const query = manager.createQueryBuilder(AuditEventEntity, 'event');
  if (actor !== undefined) query.andWhere('event.actor = :actor', { actor });
  if (resourceId !== undefined) query.andWhere('event.resourceId = :resourceId', { resourceId });
  if (action !== undefined) query.andWhere('event.action = :action', { action });
  if (since) query.andWhere('event.at >= :since', { since });
  if (until) query.andWhere('event.at < :until', { until });
  if (after) query.andWhere('(event.at, event.id) < (:at, :id)', { at: after.createdAt, id: after.id });
  const found = await query
    .orderBy('event.at', 'DESC')
    .addOrderBy('event.id', 'DESC')
    .limit(limit + 1)
    .getMany();
  const rows = found.slice(0, limit);
  const last = rows.at(-1);
  return {
    events: rows.map(({ at, ...event }) => ({ ...event, at: at.toISOString() })),
    next: found.length > limit && last ? { createdAt: last.at, id: last.id } : null,
  };
}
