import { randomUUID } from 'node:crypto';
import { link, mkdir, open, readFile, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { FirstKeyStore } from '#persistence';

/** Shows the first key once, on standard output and past the log, which is kept and collected. */
export function printedFirstKey(write: (text: string) => Promise<void> = print): FirstKeyStore {
  return {
    read: () => Promise.resolve(null),
    write: (token) => write(`The first key of this API, which may do everything. It is shown this once:\n${token}\n`),
  };
}

/**
 * Keeps the first key in a file that only its owner may read. A key that lies there already is taken as the first one: a start
 * that was cut off goes on with what it wrote, and a file that outlives its database stays good. It is never overwritten.
 */
export function firstKeyFile(path: string): FirstKeyStore {
  return {
    read: async () => {
      try {
        return (await readFile(path, 'utf8')).trim();
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
        throw error;
      }
    },
    write: async (token) => {
      await mkdir(dirname(path), { recursive: true });
      // Half a key under the file's name would stop every further start.
      const draft = `${path}.${randomUUID()}`;
      const file = await open(draft, 'wx', 0o600);
      try {
        await file.writeFile(`${token}\n`);
        await file.sync();
        await link(draft, path);
      } finally {
        await file.close();
        await rm(draft);
      }
    },
  };
}

function print(text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    process.stdout.write(text, (error) => (error ? reject(error) : resolve()));
  });
}
