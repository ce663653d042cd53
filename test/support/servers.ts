import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { Client } from 'pg';

/** A part of a server that one spec file has for itself. */
export interface Fresh {
  readonly url: string;
  /** Gives it back, whatever is still connected. */
  release(): Promise<void>;
}

function fromSetup(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: run specs through vitest, whose global setup starts the servers`);
  return value;
}

async function administer(sql: string): Promise<void> {
  const client = new Client({ connectionString: fromSetup('ARCFLEET_TEST_DATABASE_URL') });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}

/** An empty database of its own, for one spec file: `beforeAll(async () => (db = await freshDatabase()))`. */
export async function freshDatabase(): Promise<Fresh> {
  const name = `test_${randomUUID().replaceAll('-', '')}`;
  await administer(`CREATE DATABASE ${name}`);
  const url = new URL(fromSetup('ARCFLEET_TEST_DATABASE_URL'));
  url.pathname = `/${name}`;
  return { url: url.href, release: () => administer(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`) };
}

/** Redis has 16 numbered databases; number 0 holds who has taken which. */
const REDIS_NUMBERS = Array.from({ length: 15 }, (_, index) => index + 1);
/** A spec that died without giving its number back loses it after that long. */
const CLAIM_SECONDS = 600;

/** An empty numbered Redis database of its own, for one spec file. Note that pub/sub is shared between numbers. */
export async function freshRedis(): Promise<Fresh> {
  const base = fromSetup('ARCFLEET_TEST_REDIS_URL');
  const client = new Redis(base);
  try {
    for (;;) {
      for (const number of REDIS_NUMBERS) {
        const claim = `arcfleet-test:taken:${number}`;
        if ((await client.set(claim, String(process.pid), 'EX', CLAIM_SECONDS, 'NX')) !== 'OK') continue;
        const url = new URL(base);
        url.pathname = `/${number}`;
        await onNumber(url.href, (own) => own.flushdb());
        return {
          url: url.href,
          release: async () => {
            await onNumber(url.href, (own) => own.flushdb());
            await onNumber(base, (own) => own.del(claim));
          },
        };
      }
      await delay(100); // all are taken: wait for one to come back
    }
  } finally {
    client.disconnect();
  }
}

async function onNumber(url: string, act: (client: Redis) => Promise<unknown>): Promise<void> {
  const client = new Redis(url);
  try {
    await act(client);
  } finally {
    client.disconnect();
  }
}
