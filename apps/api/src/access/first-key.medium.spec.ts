import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DataSource } from 'typeorm';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { freshDatabase, type Fresh } from '#test-support';
import {
  createDataSource,
  ensureFirstKey,
  findStoredKey,
  listKeys,
  parseToken,
  runMigrations,
  type FirstKeyStore,
} from '#persistence';
import { firstKeyFile, printedFirstKey } from './first-key-store.js';
import { judge } from './key-policy.js';

let database: Fresh;
let processes: DataSource[];
let folder: string;
let file: string;
beforeAll(async () => {
  database = await freshDatabase();
  processes = await Promise.all(Array.from({ length: 4 }, () => createDataSource(database.url, { poolSize: 2 }).initialize()));
  await runMigrations(processes[0]!);
});
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'arcfleet-first-key-'));
  file = join(folder, 'below', 'api-key');
  await processes[0]!.query('truncate api_keys, audit_events');
});
afterEach(() => rm(folder, { recursive: true, force: true }));
afterAll(async () => {
  await Promise.all((processes ?? []).map((source) => source.destroy()));
  await database?.release();
});

async function isValid(token: string): Promise<boolean> {
  const parsed = parseToken(token);
  return parsed !== null && judge(await findStoredKey(processes[0]!.manager, parsed.id), parsed.hash, new Date()) === 'ok';
}
const keys = async () => (await listKeys(processes[0]!.manager, { limit: 10 })).keys;

describe('the first key', () => {
  it('is made by one of several processes that start at once, and lies in a file for its owner alone', async () => {
    const made = await Promise.all(processes.map((source) => ensureFirstKey(source, firstKeyFile(file))));
    expect(made.sort()).toEqual(['made', null, null, null].sort());
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(await readdir(join(file, '..'))).toEqual(['api-key']);
    const token = (await readFile(file, 'utf8')).trim();
    expect(await isValid(token)).toBe(true);
    expect(await keys()).toMatchObject([{ name: 'first', grants: ['*'], createdBy: 'system', expiresAt: null }]);
    // A further start makes nothing and leaves the file alone.
    expect(await ensureFirstKey(processes[0]!, firstKeyFile(file))).toBeNull();
    expect((await readFile(file, 'utf8')).trim()).toBe(token);
  });

  it('is printed once without a file', async () => {
    const printed: string[] = [];
    const print = (text: string) => Promise.resolve(void printed.push(text));
    const made = await Promise.all(processes.map((source) => ensureFirstKey(source, printedFirstKey(print))));
    expect(made.filter((each) => each === 'made')).toHaveLength(1);
    expect(printed).toHaveLength(1);
    expect(await isValid(/arc_\S+/.exec(printed[0]!)![0])).toBe(true);
  });

  it('is not made when it cannot be shown: the next start tries again', async () => {
    const broken: FirstKeyStore = {
      read: () => Promise.resolve(null),
      write: () => Promise.reject(new Error('the disk is full')),
    };
    await expect(ensureFirstKey(processes[0]!, broken)).rejects.toThrow('the disk is full');
    expect(await keys()).toEqual([]);
    expect(await ensureFirstKey(processes[1]!, firstKeyFile(file))).toBe('made');
  });

  it('is taken from the file when the start was cut off after writing it', async () => {
    const store = firstKeyFile(file);
    const cutOff: FirstKeyStore = {
      read: () => store.read(),
      write: async (token) => {
        await store.write(token);
        throw new Error('killed');
      },
    };
    await expect(ensureFirstKey(processes[0]!, cutOff)).rejects.toThrow('killed');
    expect(await keys()).toEqual([]);
    const token = (await readFile(file, 'utf8')).trim();
    expect(await isValid(token)).toBe(false);
    expect(await Promise.all(processes.map((source) => ensureFirstKey(source, firstKeyFile(file))))).toContain('taken');
    expect(await keys()).toHaveLength(1);
    expect(await isValid(token)).toBe(true);
  });

  it('never overwrites a file, whatever is in it', async () => {
    file = join(folder, 'api-key');
    await writeFile(file, 'something else\n');
    await chmod(file, 0o644);
    await expect(ensureFirstKey(processes[0]!, firstKeyFile(file))).rejects.toMatchObject({ code: 'config_invalid' });
    const blind: FirstKeyStore = { ...firstKeyFile(file), read: () => Promise.resolve(null) };
    await expect(ensureFirstKey(processes[0]!, blind)).rejects.toMatchObject({ code: 'EEXIST' });
    expect(await readFile(file, 'utf8')).toBe('something else\n');
    expect(await readdir(folder)).toEqual(['api-key']);
    expect(await keys()).toEqual([]);
  });
});
