import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { createDataSource, createKey } from '#persistence';

/** Makes a key that may do everything, past the API: for who has the database but no key. */
export async function makeLocalKey(databaseUrl: string, keyFile: string): Promise<string> {
  const dataSource = await createDataSource(databaseUrl, { applicationName: 'arcfleet-cli', poolSize: 1 }).initialize();
  try {
    return await dataSource.transaction(async (manager) => {
      const key = { name: 'local', grants: ['*'] as const, expiresAt: null, createdBy: 'system' };
      const { token } = await createKey(manager, key);
      await mkdir(dirname(keyFile), { recursive: true });
      await writeFile(keyFile, `${token}\n`, { flag: 'wx', mode: 0o600 });
      return token;
    });
  } finally {
    await dataSource.destroy();
  }
}
