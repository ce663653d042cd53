import { resolve } from 'node:path';
import { Option, type Command } from 'commander';
import { NETWORK_NAMES, type EngineName, type NetworkName } from '#contracts';
import type { CliConfig } from '../config.js';
import type { DemoOptions } from '../demo/demo-options.js';
import { failedSummary, runDemo, type DemoSummary } from '../demo/demo.js';
import { createProgressView } from '../follow/progress-view.js';
import { inForeground, orAbort } from '../foreground.js';
import { engineOption, integer } from './options.js';

interface DemoFlags {
  data?: string;
  ranks: number;
  network: NetworkName;
  steps?: number;
  seed: number;
  engine: EngineName | 'auto';
  keep?: boolean;
  json?: boolean;
}

export function addDemoCommand(program: Command, config: CliConfig): void {
  program
    .command('demo')
    .description('bring everything up, train a face model on a fleet that grows from zero, verify it, take everything down')
    .option('--data <dir>', 'data set in the faces_emore layout (default: synthetic faces, drawn once)')
    .option('--ranks <n>', 'ranks to train on, one worker each', integer(1, 32), 2)
    .addOption(new Option('--network <name>', 'backbone').choices(NETWORK_NAMES).default('tiny'))
    .option('--steps <n>', 'steps to train (default: by the size of the data set)', integer(1, 1_000_000))
    .option('--seed <n>', 'the same seed draws the same faces and trains the same way', integer(0, 0xffffffff), 1)
    .addOption(engineOption())
    .option('--keep', 'leave everything up until Ctrl-C')
    .option('--json', 'print a summary as the last line of standard output; all else goes to standard error')
    .action(async (flags: DemoFlags) => {
      process.exitCode = await demo(config, flags);
    });
}

async function demo(config: CliConfig, flags: DemoFlags): Promise<number> {
  const options: DemoOptions = {
    data: flags.data === undefined ? undefined : resolve(config.workingFolder, flags.data),
    ranks: flags.ranks,
    network: flags.network,
    steps: flags.steps,
    seed: flags.seed,
    engine: flags.engine,
  };
  const view = createProgressView(flags.json ? process.stderr : process.stdout);
  const observer = { log: (_level: string, message: string) => view.say(`          ${message}`) };
  let summary: DemoSummary | undefined;
  try {
    return await inForeground({ observer, lifelineFd: config.lifelineFd }, async (session, signal) => {
      const result = await runDemo(session, config, options, view, signal).catch((error: unknown) => {
        summary = failedSummary(error, options);
        throw error;
      });
      summary = result.summary;
      if (flags.keep) {
        view.say('\nEverything stays up. Ctrl-C stops it.');
        await orAbort(new Promise<never>(() => undefined), signal).catch(() => undefined);
      }
      return result.exitCode;
    });
  } finally {
    view.stop();
    // After everything is down: nothing writes behind it.
    if (flags.json && summary) process.stdout.write(`${JSON.stringify(summary)}\n`);
  }
}
