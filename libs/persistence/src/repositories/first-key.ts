import { ArcFleetError } from '#contracts';
import type { DataSource } from 'typeorm';
import { appendAudit } from '../audit.js';
import { ApiKeyEntity } from '../entities/api-key.entity.js';
import { hintOf, parseToken } from '../key-token.js';
import { createKey } from './keys.repository.js';

/** Where the first key is shown. */
export interface FirstKeyStore {
  /** A key that lies there already, to be taken as it is; null: none. */
  read(): Promise<string | null>;
  /** Shows the key. Called before it is committed: a key that nobody has seen must not become the only one. */
  write(token: string): Promise<void>;
}

/** Several API processes start at once, one makes the key. */
const FIRST_KEY_LOCK = 0x41_46_00_20;
const NAME = 'first';

/**
 * Makes the first key, which may do everything, in a database that has none.
 *
 * @returns what became of it; null: there are keys already.
 * @throws ArcFleetError `config_invalid` when what lies in the store is no key.
 */
export function ensureFirstKey(dataSource: DataSource, store: FirstKeyStore): Promise<'made' | 'taken' | null> {
  return dataSource.transaction(async (manager) => {
    await manager.query('select pg_advisory_xact_lock($1)', [FIRST_KEY_LOCK]);
    if (await manager.exists(ApiKeyEntity)) return null;
    const text = await store.read();
    if (text === null) {
      const { key, token } = await createKey(manager, { name: NAME, grants: ['*'], expiresAt: null, createdBy: 'system' });
      await appendAudit(manager, { actor: 'system', action: 'keys.create', resourceId: key.id, details: { grants: ['*'] } });
      await store.write(token);
      return 'made';
    }
    const parsed = parseToken(text);
    if (!parsed) throw new ArcFleetError('config_invalid', 'What lies where the first key goes is no key; move it away.');
    const { id, hash: secretHash } = parsed;
    await manager.insert(ApiKeyEntity, { id, name: NAME, hint: hintOf(text), secretHash, grants: ['*'], createdBy: 'system' });
    await appendAudit(manager, { actor: 'system', action: 'keys.create', resourceId: id, details: { grants: ['*'] } });
    return 'taken';
  });
}
