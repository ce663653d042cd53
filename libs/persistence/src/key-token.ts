import { createHash, randomBytes } from 'node:crypto';

/** A key as clients send it: `arc_<20 characters of its id>_<43 characters of its secret>`. */
const TOKEN = /^arc_([0-9a-z]{20})_([A-Za-z0-9_-]{43})$/;

export interface ParsedToken {
  readonly id: string;
  readonly hash: Buffer;
}

/** What is kept of a secret. */
export function hashSecret(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}

/** Id and digest of a key; null for what cannot be one. Never reaches SQL before it has this form. */
export function parseToken(text: string): ParsedToken | null {
  const [, id, secret] = TOKEN.exec(text) ?? [];
  return id !== undefined && secret !== undefined ? { id: `key_${id}`, hash: hashSecret(secret) } : null;
}

/** A new secret for the key: its token, shown once, and what is kept of it. */
export function newToken(keyId: string): { token: string; hash: Buffer; hint: string } {
  const secret = randomBytes(32).toString('base64url');
  const token = `arc_${keyId.slice('key_'.length)}_${secret}`;
  return { token, hash: hashSecret(secret), hint: hintOf(token) };
}

/** Eight characters of the id: nothing of the secret. */
export const hintOf = (token: string): string => token.slice(0, 'arc_'.length + 8);
