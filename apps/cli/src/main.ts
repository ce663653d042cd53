#!/usr/bin/env node
import { Command } from 'commander';
import { ArcFleetError } from '#contracts';
import { addDataCommand } from './commands/data.command.js';
import { addDemoCommand } from './commands/demo.command.js';
import { addCompareCommand } from './commands/compare.command.js';
import { addEmbedCommand } from './commands/embed.command.js';
import { addEvalCommand } from './commands/eval.command.js';
import { addEngineCommand } from './commands/engine.command.js';
import { addModelCommand } from './commands/model.command.js';
import { addNetworksCommand } from './commands/networks.command.js';
import { addRecipesCommand } from './commands/recipes.command.js';
import { addTrainCommand } from './commands/train.command.js';
import { addScoreCommand } from './commands/score.command.js';
import { addUpCommand } from './commands/up.command.js';
import { addWorkerCommand } from './commands/worker.command.js';
import { loadConfig } from './config.js';

const config = loadConfig(process.env, process.argv.slice(2));
// Ours alone: a process that we start must not take it for its own.
delete process.env['ARCFLEET_LIFELINE_FD'];

const program = new Command('arcfleet')
  .description('Trains and evaluates large-scale face-recognition models on a fleet of workers that scales from zero.')
  .addHelpText(
    'after',
    '\nWhat asks an API takes its key from ARCFLEET_API_KEY, or for the API of this machine from .arcfleet/api-key (npm run up makes it).',
  )
  .showHelpAfterError('(add --help to see what there is)');
addDemoCommand(program, config);
addUpCommand(program, config);
addTrainCommand(program, config);
addRecipesCommand(program);
addNetworksCommand(program);
addWorkerCommand(program, config);
addEngineCommand(program, config);
addDataCommand(program, config);
addEvalCommand(program, config);
addEmbedCommand(program, config);
addCompareCommand(program, config);
addScoreCommand(program, config);
addModelCommand(program, config);

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof ArcFleetError) {
    // A message of several lines may end with a command to copy.
    console.error(`arcfleet: ${error.message}${error.message.includes('\n') ? '\n' : ' '}(${error.code})`);
  } else console.error(error);
  process.exitCode = 1;
}
