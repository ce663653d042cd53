import { ArcFleetError } from '#contracts';
import type { EntityManager } from 'typeorm';
import { IdempotencyKeyEntity } from '../entities/idempotency-key.entity.js';

export interface IdempotencyRequest {
  key: string;
  /** For example `POST /runs`: keys of different routes do not meet. */
  route: string;
  /** Digest of the body. */
  fingerprint: string;
  ttlMs: number;
}

export interface StoredAnswer {
  status: number;
  response: Record<string, unknown>;
}

/**
 * Does `effect` once per key: a repeat with the same body gets the stored answer. Key, answer and effect share the
 * caller's transaction, so a crash leaves all or none; a request that fails may be sent again under its key.
 * @throws ArcFleetError `idempotency_in_progress` while the first request runs, `idempotency_key_reused` for another body.
 */
export async function once(
  manager: EntityManager,
  request: IdempotencyRequest,
  effect: () => Promise<StoredAnswer>,
): Promise<StoredAnswer & { replayed: boolean }> {
  const { key, route, fingerprint } = request;
  const locks: { locked: boolean }[] = await manager.query(
    'select pg_try_advisory_xact_lock(hashtextextended($1, 0)) as locked',
    [`${route}\n${key}`],
  );
  if (locks[0]?.locked !== true) {
    throw new ArcFleetError(
      'idempotency_in_progress',
      'The first request with this Idempotency-Key is still running; try again.',
    );
  }
  const now = new Date();
  await forgetExpired(manager, now);
  const stored = await manager.findOneBy(IdempotencyKeyEntity, { key, route });
  if (stored && stored.expiresAt > now) {
    if (stored.fingerprint !== fingerprint) {
      throw new ArcFleetError('idempotency_key_reused', 'This Idempotency-Key was used with another body; use a new key.');
    }
    return { status: stored.status, response: stored.response, replayed: true };
  }
  const answer = await effect();
  const expiresAt = new Date(now.getTime() + request.ttlMs);
  await manager.query(
    `insert into idempotency_keys as k (key, route, fingerprint, status, response, expires_at) values ($1, $2, $3, $4, $5, $6)
     on conflict (key, route) do update set fingerprint = excluded.fingerprint, status = excluded.status,
       response = excluded.response, expires_at = excluded.expires_at where k.expires_at <= $7`,
    [key, route, fingerprint, answer.status, JSON.stringify(answer.response), expiresAt, now],
  );
  return { ...answer, replayed: false };
}

/** More than one request adds, so that they go away; few, so that none waits for them. Rows that another request deletes are left to it. */
const FORGOTTEN_AT_ONCE = 20;

async function forgetExpired(manager: EntityManager, now: Date): Promise<void> {
  await manager.query(
    `delete from idempotency_keys k using (
       select key, route from idempotency_keys where expires_at <= $1 order by expires_at limit ${FORGOTTEN_AT_ONCE} for update skip locked) as old
      where k.key = old.key and k.route = old.route`,
    [now],
  );
}
