import { resolve } from 'node:path';
import type { Command } from 'commander';
import { contactSheet, generateSyntheticFaces } from '#datasets';
import type { CliConfig } from '../config.js';
import { integer } from './options.js';

export function addDataCommand(program: Command, config: CliConfig): void {
  const data = program.command('data').description('make and look at data sets');
  data
    .command('make')
    .description('draw a data set of synthetic faces in the faces_emore layout')
    .argument('<dir>', 'folder to write')
    .option('--identities <n>', 'people to train on', integer(2, 100_000), 120)
    .option('--images <n>', 'images of each', integer(1, 10_000), 20)
    .option('--pairs <n>', 'pairs of each verification set', integer(20, 100_000), 600)
    .option('--seed <n>', 'the same seed draws the same faces', integer(0, 0xffffffff), 1)
    .action(async (dir: string, options: { identities: number; images: number; pairs: number; seed: number }) => {
      const directory = resolve(config.workingFolder, dir);
      const summary = await generateSyntheticFaces({
        directory,
        numIdentities: options.identities,
        imagesPerIdentity: options.images,
        numPairs: options.pairs,
        seed: options.seed,
      });
      console.log(`${directory}: ${summary.numImages} images of ${summary.numIdentities} people; ${summary.targets.join(', ')}`);
    });
  data
    .command('sheet')
    .description('draw a contact sheet of a data set')
    .argument('<dir>', 'folder of the data set')
    .argument('<png>', 'file to write')
    .action(async (dir: string, png: string) => {
      const output = resolve(config.workingFolder, png);
      await contactSheet(resolve(config.workingFolder, dir), output);
      console.log(output);
    });
}
