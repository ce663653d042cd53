import { createHash } from 'node:crypto';

/** SHA-256 of numbers and texts in the order given; each is kept apart from the next. */
export function digestOf(facts: Iterable<ArrayBufferView | string | number>): string {
  const hash = createHash('sha256');
  for (const fact of facts) {
    const isText = typeof fact === 'string' || typeof fact === 'number';
    hash.update(isText ? `${fact}\0` : new Uint8Array(fact.buffer, fact.byteOffset, fact.byteLength));
  }
  return hash.digest('hex');
}
