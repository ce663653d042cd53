import { InvalidArgumentError, Option, type Command } from 'commander';
import { ENGINES, LOSSES, NETWORK_NAMES, type EngineName, type LossName } from '#contracts';
import { integer } from '../commands/options.js';
import { DATASET_PRESETS, NETWORK_PRESETS, TRAIN_DEFAULTS } from './presets.js';
import { parseSetting, type Setting } from './settings.js';

/** Options as they were given; undefined: not given, so that presets and recipes can have their say. */
export interface TrainFlags {
  readonly dataset?: string;
  readonly network?: string;
  readonly loss?: LossName;
  readonly modelsRoot: string;
  readonly pretrained?: string;
  readonly pretrainedEpoch?: number;
  readonly ckpt?: 0 | 1 | 2 | 3;
  readonly verbose?: number;
  readonly lr?: number;
  readonly lrSteps?: readonly number[];
  readonly wd?: number;
  readonly mom?: number;
  readonly frequent: number;
  readonly perBatchSize?: number;
  readonly kvstore?: string;
  readonly workerId?: number;
  readonly extraModelName?: string;
  readonly fp16Scale?: number;
  readonly maxSteps?: number;
  readonly epochs?: number;
  readonly dataRoot: string;
  readonly ranks?: number;
  readonly engine?: EngineName | 'auto';
  readonly threads?: number;
  readonly recipe?: string;
  readonly set: readonly Setting[];
  readonly samplingRate?: number;
  readonly dataColor?: 0 | 1 | 2;
  readonly dataCutoff?: number;
  readonly dataImagesFilter?: number;
  readonly daliAug?: boolean;
  readonly seed?: number;
  readonly local?: boolean;
  readonly resume?: boolean;
  readonly api: string;
  readonly storage?: string;
  readonly json?: boolean;
}

const NETWORKS = [...new Set([...NETWORK_NAMES, ...Object.keys(NETWORK_PRESETS)])];

/** Parser for commander: a number in a range. */
function number(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() === '' || !(value >= min && value <= max)) {
      throw new InvalidArgumentError(`a number from ${min} to ${max} is expected`);
    }
    return value;
  };
}

function stepList(text: string): number[] {
  const steps = text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
  if (steps.some((step) => !/^\d+$/.test(step))) throw new InvalidArgumentError('steps separated by commas are expected');
  return steps.map(Number);
}

const shown = (value: string | number | readonly number[]): string => `(default: ${String(value)})`;

/** Declares the options of train.py and train_parall.py under their own names, and ours. */
export function addTrainOptions(command: Command): Command {
  const none = TRAIN_DEFAULTS;
  return (
    command
      .option(
        '--dataset <name|path>',
        `data set: ${Object.keys(DATASET_PRESETS).join(', ')}, a folder below --data-root, a path, or one that is registered with the fleet (name, name@digest) ${shown(none.dataset)}`,
      )
      .addOption(new Option('--network <name>', `backbone ${shown(none.network)}`).choices(NETWORKS))
      .addOption(new Option('--loss <name>', `loss ${shown(none.loss)}`).choices(LOSSES))
      .option('--models-root <dir>', 'where models are placed, in a folder <network>-<loss>-<dataset>', './models')
      .option(
        '--pretrained <path[,epoch]>',
        'stored model to start the backbone from: its folder, the prefix of its files, or one of them; one of the fleet: faces@production, faces@3, mdl_...',
      )
      .option('--pretrained-epoch <n>', `number in the name of its files ${shown(none.pretrainedEpoch)}`, integer(0, 9999))
      .addOption(
        new Option(
          '--ckpt <n>',
          `0: place no model; 1: each best one, numbered; 2: each verified one, numbered; 3: the best one as 0001 ${shown(none.ckpt)}`,
        ).argParser(integer(0, 3)),
      )
      .option('--verbose <steps>', `verification period ${shown(none.verbose)}`, integer(0, 1e9))
      .option('--lr <rate>', `learning rate (default: ${none.lr}, triplet losses 0.05)`, number(1e-12, 100))
      .option('--lr-steps <steps>', `steps at which the rate is divided by ten ${shown(none.lrSteps)}`, stepList)
      .option('--wd <decay>', `weight decay ${shown(none.wd)}`, number(0, 1))
      .option('--mom <momentum>', `momentum ${shown(none.mom)}`, number(0, 0.9999))
      .option('--frequent <steps>', 'steps between lines of progress, where there is no terminal', integer(1, 1e9), none.frequent)
      .option(
        '--per-batch-size <n>',
        `images per rank and step (default: ${none.perBatchSize}, triplet losses 60, d169 and d201 64)`,
        integer(0, 1e6),
      )
      .option('--max-steps <n>', 'end after that many steps (default: an eighth beyond the last of --lr-steps)', integer(0, 1e9))
      .option('--epochs <n>', 'end after that many passes over the data', integer(1, 1e6))
      .option('--extra-model-name <name>', 'suffix of the model folder')
      .option('--data-root <dir>', 'folder of data sets', none.dataRoot)
      .option('--ranks <n>', 'ranks (default: one per device in CUDA_VISIBLE_DEVICES, else 1)', integer(1, 1024))
      .addOption(new Option('--engine <name>', 'tensor engine (default: auto)').choices(['auto', ...ENGINES]))
      .option('--data-color <n>', '1: colour jitter; 2: also JPEG compression (default: 0, neither)', integer(0, 2))
      .option('--data-cutoff <pixels>', 'side of a square that is cut off every other image (default: 0)', integer(0, 4096))
      .option('--data-images-filter <n>', 'leave out identities with fewer images (default: 0)', integer(0, 1e6))
      .option('--dali-aug', 'resize, blur, hue and grey at random, as arcface_torch does')
      .option('--sampling-rate <rate>', 'share of the class centers in a step (Partial FC); 1: all', number(0, 1))
      .option('--seed <n>', 'the same seed trains the same way', integer(0, 0xffffffff))
      .option('--recipe <name>', 'start from a recipe (arcfleet recipes) instead of the defaults of train.py')
      .addOption(
        new Option('--set <key.path=value>', 'any field of a run, as in POST /runs; may be repeated')
          .argParser((text: string, before: Setting[]) => [...before, parseSetting(text)])
          .default([] as Setting[], 'none'),
      )
      .option('--local', 'train in processes of this machine, without a server')
      .option(
        '--resume',
        'with --local: go on from the last checkpoint of the same model folder; what is not given stays as it was',
      )
      .option('--threads <n>', 'with --local: threads per rank (default: all cores over the ranks)', integer(1, 1024))
      .option('--api <url>', 'where to submit the run', 'http://127.0.0.1:3000')
      .option('--storage <dir>', 'storage of the fleet, where this machine sees it (default: that of npm run up)')
      .option('--json', 'print a summary as the last line of standard output; all else goes to standard error')
      // Accepted for the sake of scripts; each is answered with a line that says what applies instead.
      .option('--kvstore <type>', 'no effect: ranks exchange tensors by communication.transport')
      .option('--worker-id <n>', 'no effect: machines join with arcfleet worker', integer(0, 1e6))
      .option('--fp16-scale <scale>', 'no effect: everything computes in float32', number(0, 1e9))
  );
}
