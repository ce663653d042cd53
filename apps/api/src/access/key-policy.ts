import { timingSafeEqual } from 'node:crypto';
import type { StoredKey } from '#persistence';

/** Why a key does not open anything, or `ok`. */
export type Verdict = 'ok' | 'unknown' | 'expired' | 'revoked';

/** Compared with when there is no key, so that it takes the same time. */
const NOTHING = Buffer.alloc(32);

/**
 * Whether a secret, by its digest, opens the key now. Only who has the secret learns that the key is expired or revoked; all else
 * is `unknown`.
 */
export function judge(key: StoredKey | null, hash: Buffer, now: Date): Verdict {
  const isCurrent = timingSafeEqual(hash, key?.secretHash ?? NOTHING);
  const isPrevious = timingSafeEqual(hash, key?.previousHash ?? NOTHING);
  if (key === null) return 'unknown';
  const overlaps = isPrevious && key.previousUntil !== null && key.previousUntil > now;
  if (!isCurrent && !isPrevious) return 'unknown';
  if (key.revokedAt !== null) return 'revoked';
  if (key.expiresAt !== null && key.expiresAt <= now) return 'expired';
  return isCurrent || overlaps ? 'ok' : 'expired';
}
