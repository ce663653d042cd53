import { freshDatabase } from '#test-support';
import type { DataSource } from 'typeorm';
import { createDataSource, runMigrations } from '../index.js';

export interface MigratedDatabase {
  readonly source: DataSource;
  close(): Promise<void>;
}

/** A database of a spec's own with the newest schema. */
export async function openMigratedDatabase(): Promise<MigratedDatabase> {
  const database = await freshDatabase();
  const source = await createDataSource(database.url).initialize();
  await runMigrations(source);
  return {
    source,
    close: async () => {
      await source.destroy();
      await database.release();
    },
  };
}
