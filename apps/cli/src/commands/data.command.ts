import { resolve } from 'node:path';
import { InvalidArgumentError, Option, type Command } from 'commander';
import { DATASET_KINDS, type DatasetKind } from '#contracts';
import {
  contactSheet,
  convertSet,
  generateSyntheticFaces,
  inspectSet,
  isRemote,
  mergeSets,
  pairsToBin,
  shuffleSet,
  validateSet,
  writeCompleteFile,
  writeCompleteFolder,
  writeIndex,
  type ConvertOptions,
} from '#datasets';
import type { CliConfig } from '../config.js';
import { inspectionJson, inspectionText, problemLine, validationSummary } from '../data/describe-set.js';
import { readIdentityList } from '../data/identity-list.js';
import { apiKeyFor } from '../follow/api-key.js';
import { registerRemotely, registrationText } from '../data/register-remote.js';
import { runTool } from '../data/run-tool.js';
import { catchInterruptions } from '../train/interruptions.js';
import { integer } from './options.js';
import { localPath } from '../local-path.js';

/** Commands that look at, check, make and change data sets; the work is done by libs/datasets/src/tools. */
export function addDataCommand(program: Command, config: CliConfig): void {
  const data = program.command('data').description('make, look at, check and change data sets');
  const at = (path: string): string => localPath(config.workingFolder, path, 'a data set of these commands');
  addInspect(data, at);
  addValidate(data, at);
  addConvert(data, at);
  addShuffle(data, at);
  addMerge(data, at);
  addIndex(data, at);
  addSheet(data, at);
  addMake(data, at);
  addRegister(data, config);
}

type Place = (path: string) => string;

const FORCE = ['--force', 'replace what is there'] as const;
const example = (line: string): string => `\nExample:\n  npx arcfleet data ${line}`;

function addInspect(data: Command, at: Place): void {
  data
    .command('inspect')
    .description('describe a data set: images, identities, formats, verification sets, digest')
    .argument('<dir>', 'folder in the faces_emore layout, or of one folder an identity')
    .option('--json', 'print one JSON object')
    .addHelpText('after', example('inspect ./datasets/faces'))
    .action(async (dir: string, { json = false }: { json?: boolean }) => {
      const set = await runTool('images', (watch) => inspectSet(at(dir), watch));
      if (!set) return;
      console.log(json ? inspectionJson(set) : inspectionText(at(dir), set));
      if (set.digest === null) process.exitCode = 1;
    });
}

function addValidate(data: Command, at: Place): void {
  data
    .command('validate')
    .description('read a data set to its end and list what is broken; exit code 1 when something is')
    .argument('<dir>', 'folder of the data set')
    .option('--no-decode', 'do not decode the images')
    .option('--json', 'print one JSON object, with the first 1,000 problems')
    .addHelpText('after', example('validate ./datasets/faces'))
    .action(async (dir: string, { decode, json = false }: { decode: boolean; json?: boolean }) => {
      const result = await runTool('done', ({ say, ...watch }) =>
        validateSet(at(dir), { ...watch, decode, ...(json ? {} : { onProblem: (problem) => say(problemLine(problem)) }) }),
      );
      if (!result) return;
      console.log(json ? JSON.stringify(result) : validationSummary(at(dir), result));
      if (result.numBroken > 0) process.exitCode = 1;
    });
}

interface ConvertFlags {
  to?: ConvertOptions['to'];
  minImages?: number;
  maxIdentities?: number;
  identities?: string;
  size?: { height: number; width: number };
  quality?: number;
  pairs?: string;
  force?: boolean;
}

function addConvert(data: Command, at: Place): void {
  data
    .command('convert')
    .description('folders of identities to the faces_emore layout and back; with --pairs, images to a verification set')
    .argument('<in>', 'folder to read; with --pairs, the folder that the pairs are in')
    .argument('<out>', 'folder to write; with --pairs, the .bin file')
    .addOption(new Option('--to <kind>', 'default: the other kind').choices(['faces_emore', 'image_folder']))
    .option('--min-images <n>', 'leave out identities with fewer images', integer(1, 1_000_000))
    .option('--max-identities <n>', 'keep the first n that the other filters leave', integer(1, 2 ** 24))
    .option('--identities <file>', 'keep these alone: one name (folder, or label in digits) a line')
    .option('--size <HxW>', 'resize images of another size', imageSizeOption)
    .option('--quality <n>', 'encode every image as JPEG of this quality', integer(1, 100))
    .option('--pairs <file>', "list of pairs: LFW's pairs.txt, or lines of two paths and 0 or 1")
    .option(...FORCE)
    .addHelpText('after', example('convert ./photos ./datasets/photos --min-images 5 --size 112x112'))
    .action(async (input: string, output: string, flags: ConvertFlags) => {
      if (flags.pairs !== undefined) {
        const pairs = at(flags.pairs);
        const made = await runTool('images', (watch) => pairsToBin(pairs, at(input), at(output), { ...watch, ...flags }));
        if (made) console.log(`${at(output)}: ${made.numPairs} pairs, ${made.numSame} of one person`);
        return;
      }
      const identities = flags.identities === undefined ? undefined : await readIdentityList(at(flags.identities));
      const made = await runTool('images', (watch) => convertSet(at(input), at(output), { ...watch, ...flags, identities }));
      if (made) report(at(output), made);
    });
}

function addShuffle(data: Command, at: Place): void {
  data
    .command('shuffle')
    .description('write a set in random order, for readers that read a .rec from front to back')
    .argument('<in>', 'folder in the faces_emore layout')
    .argument('<out>', 'folder to write')
    .option('--seed <n>', 'the same seed gives the same files', integer(0, 0xffffffff), 1)
    .option('--memory <MiB>', 'image bytes held at a time', integer(1, 1_000_000), 512)
    .option(...FORCE)
    .addHelpText('after', example('shuffle ./datasets/faces ./datasets/faces-shuffled --seed 7'))
    .action(async (input: string, output: string, flags: { seed: number; memory: number; force?: boolean }) => {
      const options = { seed: flags.seed, memoryBytes: flags.memory * 2 ** 20, force: flags.force };
      const made = await runTool('images read and written', (watch) =>
        shuffleSet(at(input), at(output), { ...watch, ...options }),
      );
      if (made) report(at(output), made);
    });
}

function addMerge(data: Command, at: Place): void {
  data
    .command('merge')
    .description('put data sets one behind the other; the same person in two of them becomes two identities')
    .argument('<sets...>', 'folders to read, then the folder to write')
    .option(...FORCE)
    .addHelpText('after', example('merge ./datasets/a ./datasets/b ./datasets/both'))
    .action(async (sets: string[], { force }: { force?: boolean }, command: Command) => {
      if (sets.length < 3) command.error('error: two folders to read and one to write are expected');
      const inputs = sets.slice(0, -1).map(at);
      const output = at(sets.at(-1) as string);
      const made = await runTool('images', (watch) => mergeSets(inputs, output, { ...watch, force }));
      if (!made) return;
      report(output, made);
      inputs.forEach((input, i) => console.log(`  labels from ${made.offsets[i]}: ${input}`));
    });
}

function addIndex(data: Command, at: Place): void {
  data
    .command('index')
    .description('rebuild train.idx from train.rec')
    .argument('<dir>', 'folder that holds train.rec')
    .option(...FORCE)
    .addHelpText('after', example('index ./datasets/faces'))
    .action(async (dir: string, { force }: { force?: boolean }) => {
      const made = await runTool('records', ({ signal }) => writeIndex(at(dir), { force: force ?? false, signal }));
      if (!made) return;
      const keys = made.keysFrom === 'ids' ? 'keys are the ids of the records' : 'ids repeat: keys count the records as they lie';
      console.log(`${made.path}: ${made.index.keys.length} records; ${keys}`);
      for (const { start, end, why } of made.damaged) console.log(`damaged: bytes ${start}..${end}: ${why}`);
      if (made.numDamaged > made.damaged.length)
        console.log(`damaged: and ${made.numDamaged - made.damaged.length} more regions`);
      if (made.numDamaged > 0) process.exitCode = 1;
    });
}

interface SheetFlags {
  identities: number;
  images: number;
  seed?: number;
  target?: string;
  force?: boolean;
}

function addSheet(data: Command, at: Place): void {
  data
    .command('sheet')
    .description('draw a contact sheet: a row an identity, then pairs (green bar: one person, red: two)')
    .argument('<dir>', 'folder of the data set')
    .argument('<png>', 'file to write')
    .option('--identities <n>', 'identities shown; with --target, rows of pairs', integer(1, 1000), 8)
    .option('--images <n>', 'images in a row', integer(2, 100), 10)
    .option('--seed <n>', 'draw at random what is shown; default: the first ones', integer(0, 0xffffffff))
    .option('--target <name>', 'pairs of this verification set alone')
    .option(...FORCE)
    .addHelpText('after', example('sheet ./datasets/faces faces.png --target lfw --seed 1'))
    .action(async (dir: string, png: string, { identities: rows, images: columns, force, ...rest }: SheetFlags) => {
      const output = at(png);
      const draw = (file: string): Promise<void> => contactSheet(at(dir), file, { rows, columns, ...rest });
      const isDrawn = await runTool('images', async ({ signal }) => {
        await writeCompleteFile(output, { force, signal }, draw);
        return true;
      });
      if (isDrawn) console.log(output);
    });
}

interface MakeFlags {
  identities: number;
  images: number;
  pairs: number;
  seed: number;
  force?: boolean;
}

function addMake(data: Command, at: Place): void {
  data
    .command('make')
    .description('draw a data set of synthetic faces in the faces_emore layout')
    .argument('<dir>', 'folder to write')
    .option('--identities <n>', 'people to train on', integer(2, 100_000), 120)
    .option('--images <n>', 'images of each', integer(1, 10_000), 20)
    .option('--pairs <n>', 'pairs of each verification set', integer(20, 100_000), 600)
    .option('--seed <n>', 'the same seed draws the same faces', integer(0, 0xffffffff), 1)
    .option(...FORCE)
    .addHelpText('after', example('make ./datasets/faces --identities 40 --images 12'))
    .action(async (dir: string, flags: MakeFlags) => {
      const output = at(dir);
      const summary = await runTool('images', ({ signal, onProgress }) =>
        writeCompleteFolder(output, { force: flags.force, signal }, (directory) =>
          generateSyntheticFaces({
            directory,
            numIdentities: flags.identities,
            imagesPerIdentity: flags.images,
            numPairs: flags.pairs,
            seed: flags.seed,
            onProgress,
          }),
        ),
      );
      if (summary)
        console.log(`${output}: ${summary.numImages} images of ${summary.numIdentities} people; ${summary.targets.join(', ')}`);
    });
}

interface RegisterFlags {
  api: string;
  kind: DatasetKind;
  decode: boolean;
  json?: boolean;
}

function addRegister(data: Command, config: CliConfig): void {
  data
    .command('register')
    .description('register a data set with a fleet, which reads it once; runs then refer to it by name')
    .argument('<name>', 'a-z, 0-9, dot, _ and -')
    .argument('<path>', 'folder as the workers see it, or s3://bucket/prefix')
    .option('--api <url>', 'the fleet', 'http://127.0.0.1:3000')
    .addOption(new Option('--kind <kind>', 'layout').choices(DATASET_KINDS).default('faces_emore'))
    .option('--no-decode', 'do not decode the images')
    .option('--json', 'print the data set as one JSON object; all else goes to standard error')
    .addHelpText('after', example('register faces /data/faces_emore'))
    .action(async (name: string, path: string, { api, kind, decode, json = false }: RegisterFlags) => {
      const place = isRemote(path) ? path : resolve(config.workingFolder, path);
      const apiUrl = api.replace(/\/+$/, '');
      const interruptions = catchInterruptions();
      try {
        const say = (line: string): void => void (json ? process.stderr : process.stdout).write(`${line}\n`);
        const dataset = await registerRemotely(
          { name, path: place, kind, decode },
          { apiUrl, apiKey: apiKeyFor(config, apiUrl) },
          { say },
          interruptions,
        );
        console.log(json ? JSON.stringify(dataset) : registrationText(dataset));
        if (dataset.state !== 'ready') process.exitCode = 1;
      } catch (error) {
        if (!interruptions.detach.aborted) throw error;
        process.exitCode = 130;
      } finally {
        interruptions.release();
      }
    });
}

function report(
  output: string,
  made: { numImages: number; numIdentities: number; targets: readonly string[]; notes: readonly string[] },
): void {
  for (const note of made.notes) console.log(`note: ${note}`);
  const targets = made.targets.length > 0 ? `; ${made.targets.join(', ')}` : '';
  console.log(`${output}: ${made.numImages} images of ${made.numIdentities} identities${targets}`);
}

function imageSizeOption(text: string): { height: number; width: number } {
  const [, height, width] = /^(\d{1,4})x(\d{1,4})$/.exec(text) ?? [];
  if (!Number(height) || !Number(width) || Number(height) > 4096 || Number(width) > 4096) {
    throw new InvalidArgumentError('height x width in pixels is expected, for example 112x112');
  }
  return { height: Number(height), width: Number(width) };
}
