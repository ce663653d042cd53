import { spawn } from 'node:child_process';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { EngineName } from '#contracts';
import { appMain } from '../system.js';
import type { CliConfig } from '../config.js';
import { engineOption, integer } from './options.js';

interface WorkerOptions {
  redis?: string;
  storage: string;
  slots: number;
  threads?: number;
  engine: EngineName | 'auto';
}

export function addWorkerCommand(program: Command, config: CliConfig): void {
  program
    .command('worker')
    .description('join this machine to a fleet: take rank jobs until told to stop (Ctrl-C or SIGTERM hands them back)')
    .option('--redis <url>', 'Redis of the fleet (default: REDIS_URL)')
    .requiredOption('--storage <dir>', 'folder for checkpoints and models that all workers share')
    .option('--slots <n>', 'ranks at the same time: one per GPU, or a share of the CPU', integer(1, 64), 1)
    .option('--threads <n>', 'threads per rank (default: all cores over the slots)', integer(1, 1024))
    .addOption(engineOption())
    .action(async (options: WorkerOptions, command: Command) => {
      const redisUrl = options.redis ?? config.redisUrl;
      if (!redisUrl) command.error('error: say which fleet to join: --redis <url> or REDIS_URL');
      process.exitCode = await runWorker(config, { ...options, redis: redisUrl });
    });
}

function runWorker(config: CliConfig, options: WorkerOptions): Promise<number> {
  const child = spawn(process.execPath, ['--enable-source-maps', appMain(config, 'worker')], {
    // The worker leaves when this pipe ends: kill -9 of this process leaves no orphan.
    stdio: ['pipe', 'inherit', 'inherit'],
    // A group of its own: Ctrl-C in the terminal must not reach it beside what is passed on below.
    detached: true,
    env: {
      ...process.env,
      REDIS_URL: options.redis,
      ARCFLEET_STORAGE: resolve(config.workingFolder, options.storage),
      ARCFLEET_SLOTS: String(options.slots),
      ARCFLEET_THREADS: options.threads === undefined ? undefined : String(options.threads),
      ARCFLEET_ENGINE: options.engine,
      ARCFLEET_LIFELINE: '1',
    },
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => child.kill('SIGTERM'));
  return new Promise((done, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => done(code ?? (signal ? 1 : 0)));
  });
}
