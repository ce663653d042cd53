import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

/** Who wants to read whose frames. */
export interface Parties {
  readonly runId: string;
  readonly generation: number;
  readonly reader: number;
  readonly writer: number;
}

const NONCE_BYTES = 32;
const MAC_BYTES = 32;
const MAGIC = Buffer.from('AFC1', 'latin1');

/** Sizes of the three messages: the writer's challenge, the reader's hello, the writer's proof. */
export const CHALLENGE_BYTES = NONCE_BYTES;
export const HELLO_BYTES = MAGIC.length + 8 + NONCE_BYTES + MAC_BYTES;
export const PROOF_BYTES = MAC_BYTES;

export function newChallenge(): Buffer {
  return randomBytes(NONCE_BYTES);
}

function mac(secret: string, role: 'hello' | 'proof', parties: Parties, challenge: Uint8Array, nonce: Uint8Array): Buffer {
  const { runId, generation, reader, writer } = parties;
  // JSON: no two lists have the same text.
  const text = JSON.stringify([role, runId, generation, reader, writer]);
  return createHmac('sha256', Buffer.from(secret, 'hex')).update(challenge).update(nonce).update(text).digest();
}

/** The reader's hello: who it is, and that it knows the generation's secret. */
export function makeHello(secret: string, parties: Parties, challenge: Uint8Array): { hello: Buffer; nonce: Buffer } {
  const nonce = randomBytes(NONCE_BYTES);
  const names = Buffer.alloc(8);
  names.writeUInt32LE(parties.reader, 0);
  names.writeUInt32LE(parties.writer, 4);
  return { hello: Buffer.concat([MAGIC, names, nonce, mac(secret, 'hello', parties, challenge, nonce)]), nonce };
}

/**
 * Checks a hello of {@link HELLO_BYTES} and returns the reader's rank and the proof to answer with; null when it is not one of this
 * generation, or for another writer.
 */
export function answerHello(
  secret: string,
  { runId, generation, writer }: Omit<Parties, 'reader'>,
  challenge: Uint8Array,
  hello: Buffer,
): { reader: number; proof: Buffer } | null {
  if (!hello.subarray(0, MAGIC.length).equals(MAGIC)) return null;
  const reader = hello.readUInt32LE(MAGIC.length);
  if (hello.readUInt32LE(MAGIC.length + 4) !== writer) return null;
  const nonce = hello.subarray(MAGIC.length + 8, MAGIC.length + 8 + NONCE_BYTES);
  const parties = { runId, generation, reader, writer };
  const isRight = timingSafeEqual(hello.subarray(-MAC_BYTES), mac(secret, 'hello', parties, challenge, nonce));
  return isRight ? { reader, proof: mac(secret, 'proof', parties, challenge, nonce) } : null;
}

/** True when the writer knows the secret, too. */
export function isProof(secret: string, parties: Parties, challenge: Uint8Array, nonce: Uint8Array, proof: Uint8Array): boolean {
  return timingSafeEqual(proof, mac(secret, 'proof', parties, challenge, nonce));
}
