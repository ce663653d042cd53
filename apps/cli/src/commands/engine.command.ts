import type { Command } from 'commander';
import { engineStatuses } from '#engine';

export function addEngineCommand(program: Command): void {
  program
    .command('engine')
    .description('say which tensor engine this machine uses, and why not a better one')
    .action(async () => {
      const statuses = await engineStatuses();
      const used = statuses.find((status) => status.available);
      for (const status of statuses) {
        const mark = status === used ? 'in use' : status.available ? 'available' : 'not available';
        console.log(`${status.name.padEnd(11)} ${mark.padEnd(14)} ${status.detail}`);
      }
      if (!used) process.exitCode = 1;
    });
}
