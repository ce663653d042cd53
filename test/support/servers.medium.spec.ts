import { Redis } from 'ioredis';
import { Client } from 'pg';
import { expect, it } from 'vitest';
import { freshDatabase, freshRedis } from './servers.js';

async function tablesOf(url: string, sql?: string): Promise<string[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  if (sql) await client.query(sql);
  const { rows } = await client.query<{ name: string }>(
    "SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public'",
  );
  await client.end();
  return rows.map(({ name }) => name);
}

it('gives every caller an empty database of its own', async () => {
  const [first, second] = await Promise.all([freshDatabase(), freshDatabase()]);
  expect(await tablesOf(first.url, 'CREATE TABLE only_here (id int)')).toEqual(['only_here']);
  expect(await tablesOf(second.url)).toEqual([]);
  await Promise.all([first.release(), second.release()]);
  await expect(tablesOf(first.url)).rejects.toThrow('does not exist');
});

it('gives every caller an empty Redis number of its own', async () => {
  const [first, second] = await Promise.all([freshRedis(), freshRedis()]);
  expect(first.url).not.toBe(second.url);
  const [one, two] = [new Redis(first.url), new Redis(second.url)];
  await one.set('only', 'here');
  expect(await two.get('only')).toBeNull();
  one.disconnect();
  two.disconnect();
  await Promise.all([first.release(), second.release()]);
});
