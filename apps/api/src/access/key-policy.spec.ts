import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { StoredKey } from '#persistence';
import { judge } from './key-policy.js';

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
const at = (second: number): Date => new Date(1_700_000_000_000 + second * 1_000);
const key = (values: Partial<StoredKey> = {}): StoredKey => ({
  id: 'key_00000000000000000000',
  grants: ['*'],
  secretHash: digest('now'),
  previousHash: null,
  previousUntil: null,
  expiresAt: null,
  revokedAt: null,
  ...values,
});

describe('judge', () => {
  it.each<[string, StoredKey | null, string, number, string]>([
    ['a key', key(), 'now', 0, 'ok'],
    ['no key', null, 'now', 0, 'unknown'],
    ['another secret', key(), 'other', 0, 'unknown'],
    ['a key before its end', key({ expiresAt: at(10) }), 'now', 9, 'ok'],
    ['a key at its end', key({ expiresAt: at(10) }), 'now', 10, 'expired'],
    ['a revoked key', key({ revokedAt: at(0) }), 'now', 5, 'revoked'],
    ['the old secret in the overlap', key({ previousHash: digest('old'), previousUntil: at(10) }), 'old', 9, 'ok'],
    ['the old secret after it', key({ previousHash: digest('old'), previousUntil: at(10) }), 'old', 10, 'expired'],
    ['the new secret in the overlap', key({ previousHash: digest('old'), previousUntil: at(10) }), 'now', 9, 'ok'],
    [
      'the old secret of an expired key',
      key({ previousHash: digest('old'), previousUntil: at(9), expiresAt: at(5) }),
      'old',
      6,
      'expired',
    ],
    ['another secret of a revoked key', key({ revokedAt: at(0) }), 'other', 5, 'unknown'],
    ['another secret of an expired key', key({ expiresAt: at(0) }), 'other', 5, 'unknown'],
  ])('%s', (_, stored, secret, second, verdict) => {
    expect(judge(stored, digest(secret), at(second))).toBe(verdict);
  });

  it('is ok for nothing but a secret of the key, while the key is neither expired nor revoked', () => {
    const moment = fc.option(fc.integer({ min: 0, max: 20 }).map(at));
    const secret = fc.constantFrom('now', 'old', 'other');
    fc.assert(
      fc.property(
        moment,
        moment,
        moment,
        secret,
        fc.integer({ min: 0, max: 20 }).map(at),
        (expiresAt, revokedAt, until, sent, now) => {
          const stored = key({ expiresAt, revokedAt, previousUntil: until, previousHash: until && digest('old') });
          if (judge(stored, digest(sent), now) !== 'ok') return;
          expect(sent === 'now' || (sent === 'old' && until !== null && until > now)).toBe(true);
          expect(revokedAt).toBeNull();
          expect(expiresAt === null || expiresAt > now).toBe(true);
        },
      ),
    );
  });
});
