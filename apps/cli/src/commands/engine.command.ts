import type { Command } from 'commander';
import { engineStatuses } from '#engine';
import type { CliConfig } from '../config.js';
import { installEngine } from '../engine-install/install-engine.js';

export function addEngineCommand(program: Command, config: CliConfig): void {
  const engine = program
    .command('engine')
    .description('say which tensor engine this machine uses, and why not a better one')
    .action(() => printEngines(config));
  engine
    .command('install')
    .description('supply the tensorflow engine: fetch TensorFlow by pip, verify it and build the addon (once per user)')
    .option('--gpu', 'for NVIDIA GPUs: TensorFlow with CUDA 12')
    .option('--from <place>', 'take the wheel from this file, folder or http address instead of pip')
    .option('--force', 'install again what is there')
    .action(async (options: { gpu?: boolean; from?: string; force?: boolean }) => {
      const startedAt = performance.now();
      const { folder, manifest, isNew } = await installEngine({
        root: config.engineFolder,
        variant: options.gpu ? 'gpu' : 'cpu',
        force: options.force ?? false,
        ...(options.from === undefined ? {} : { from: options.from }),
        workingFolder: config.workingFolder,
        path: config.path,
        compiler: config.compiler,
        nodeFolder: config.nodeFolder,
        log: (line) => console.error(line),
      });
      const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
      const what = `TensorFlow ${manifest.tensorflow} (${manifest.variant})`;
      console.log(isNew ? `${what} installed in ${folder} (${seconds} s)` : `${what} is already in ${folder}`);
    });
}

async function printEngines({ engineFolder }: CliConfig): Promise<void> {
  const statuses = await engineStatuses({ folder: engineFolder });
  const used = statuses.find((status) => status.available);
  for (const status of statuses) {
    const mark = status === used ? 'in use' : status.available ? 'available' : 'not available';
    console.log(`${status.name.padEnd(11)} ${mark.padEnd(14)} ${status.detail}`);
  }
  if (!used) process.exitCode = 1;
}
