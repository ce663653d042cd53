import { createHash } from 'node:crypto';
import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import type { EngineName } from '#contracts';
import { isReachableByAll } from '#services';
import { API_KEY_FILE, type CliConfig } from '../config.js';
import { inForeground, orAbort } from '../foreground.js';
import { LogFollower } from '../log-follower.js';
import { startSystem } from '../system.js';
import { engineOption, integer } from './options.js';

interface UpOptions {
  port: number;
  dataDir?: string;
  maxWorkers: number;
  slots: number;
  threads?: number;
  engine: EngineName | 'auto';
  allowPrivateWebhooks?: boolean;
}

export function addUpCommand(program: Command, config: CliConfig): void {
  program
    .command('up')
    .description('bring the whole system up on this machine: Postgres, Redis, results, api, autoscaler and its workers')
    .option('--port <n>', 'port of the API', integer(1, 65535), 3000)
    .option('--data-dir <dir>', 'where the database, checkpoints and models stay (default: .arcfleet)')
    .option('--max-workers <n>', 'the autoscaler starts up to that many workers', integer(0, 1024), config.cores)
    .option('--slots <n>', 'ranks per worker', integer(1, 64), 1)
    .option('--threads <n>', 'threads per rank (default: all cores over all ranks)', integer(1, 1024))
    .option('--allow-private-webhooks', 'deliver webhooks to private addresses, too')
    .addOption(engineOption())
    .action(async (options: UpOptions) => {
      process.exitCode = await up(config, options);
    });
}

function up(config: CliConfig, options: UpOptions): Promise<number> {
  const observer = { log: (_level: string, message: string) => console.log(`arcfleet    | ${message}`) };
  return inForeground({ observer, lifelineFd: config.lifelineFd }, async (session, signal) => {
    const home = options.dataDir ? resolve(config.workingFolder, options.dataDir) : config.home;
    const system = await startSystem(
      session,
      config,
      {
        storageRoot: join(home, 'storage'),
        postgresDir: postgresFolder(home),
        keyFile: join(home, API_KEY_FILE),
        port: options.port,
        maxWorkers: options.maxWorkers,
        slotsPerWorker: options.slots,
        threads: options.threads ?? Math.max(1, Math.floor(config.cores / Math.max(1, options.maxWorkers * options.slots))),
        engine: options.engine,
        allowPrivateWebhooks: options.allowPrivateWebhooks ?? false,
      },
      signal,
    );
    observer.log('info', `${system.postgres.description}; ${system.redis.description}`);
    observer.log(
      'info',
      `API: ${system.apiUrl} (OpenAPI: ${system.apiUrl}/openapi.json). Data: ${home}. Ctrl-C stops everything.`,
    );
    observer.log('info', `Access: ${system.keyNote}. README and docs/security.md say how to use it.`);
    const follower = new LogFollower(system.parts, (name, line) => console.log(`${name.padEnd(11)} | ${line}`));
    try {
      await orAbort(system.failed, signal);
      return 1;
    } finally {
      follower.stop();
    }
  });
}

/** A root launcher runs Postgres as "nobody", who cannot reach a clone in root's home. */
function postgresFolder(home: string): string {
  if (process.getuid?.() !== 0 || isReachableByAll(home)) return join(home, 'postgres');
  return join('/var/lib/arcfleet', createHash('sha256').update(home).digest('hex').slice(0, 12), 'postgres');
}
