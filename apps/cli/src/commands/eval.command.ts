import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import {
  ArcFleetError,
  type CreateEvaluationInput,
  type EngineName,
  type EvaluatedModel,
  type EvaluationScores,
  parseModelRef,
  type EvaluationTarget,
} from '#contracts';
import type { CliConfig } from '../config.js';
import { evaluateLocally, evaluationJson, type EvaluationResult, type ModelDifference } from '../evaluate/evaluate-local.js';
import { apiKeyFor } from '../follow/api-key.js';
import { evaluateRemotely, refuseHereOnly, resultOf } from '../evaluate/evaluate-remote.js';
import { evalTargets, registeredData, rocFile, type TargetFlags } from '../evaluate/eval-targets.js';
import { evaluationTables, type ScoredTarget } from '../evaluate/evaluation-table.js';
import { progressLine } from '../evaluate/progress-line.js';
import { stopOnInterrupt } from '../evaluate/stop-on-interrupt.js';
import { table } from '../table.js';
import { catchInterruptions } from '../train/interruptions.js';
import { exitCodeOf } from '../train/train-report.js';
import { engineOption, integer, networkOption } from './options.js';
import { localPath } from '../local-path.js';

interface EvalFlags extends TargetFlags {
  readonly api?: string;
  readonly ranks: number;
  readonly against?: string;
  readonly engine: EngineName | 'auto';
  readonly threads?: number;
  readonly network?: string;
  readonly flip: boolean;
  readonly crop?: boolean;
  readonly batchSize: number;
  readonly bootstrap: number;
  readonly seed: number;
  readonly roc?: string;
  readonly scoresOut?: string;
  readonly embeddingsOut?: string;
  readonly force?: boolean;
  readonly json?: boolean;
}

export function addEvalCommand(program: Command, config: CliConfig): void {
  program
    .command('eval')
    .description('judge a stored model: verification, search among distractors, templates')
    .argument('<model>', 'folder, file, or prefix,epoch')
    .option('--targets <list>', 'verification sets: names in --dataset, .bin files, pairs files (default: all of --dataset)')
    .option(
      '--dataset <dir>',
      'folder with verification sets; with --api also a registered data set: faces, faces@3f2a91bc, dts_...',
    )
    .option('--images <dir>', 'where the images lie that a pairs file names')
    .option('--probes <dir>', 'data set to search for, in the gallery of --distractors')
    .option('--distractors <dir>', 'data set of other people')
    .option('--ijb <dir>', 'folder laid out as IJB-B and IJB-C: meta/ and loose_crop/')
    .option('--against <model>', 'a second model: says how much better the first one is, with an interval')
    .option('--no-flip', 'leave out the mirrored images')
    .option('--crop', "take the middle of images of another size than the model's, unaligned as they are")
    .option('--batch-size <n>', 'images that are embedded at once', integer(1, 1024), 32)
    .option('--bootstrap <n>', 'resamples of the intervals; 0: none', integer(0, 10_000), 1000)
    .option('--seed <n>', 'of the resamples', integer(0, 0xffffffff), 1)
    .addOption(engineOption())
    .option('--threads <n>', 'threads of the engine (default: all cores)', integer(1, 1024))
    .addOption(networkOption())
    .option(
      '--api <url>',
      'let the workers of that fleet do it (default: here); a model may then be a stored one: mdl_..., faces@production, faces@3',
    )
    .option('--ranks <n>', 'with --api: ranks', integer(1, 1024), 1)
    .option('--roc <dir>', 'also write the ROC points of each target there, as CSV')
    .option('--scores-out <dir>', 'also write the similarity of each pair there, DIR/TARGET.npy')
    .option('--embeddings-out <dir>', 'also write the embedding of each image there, DIR/TARGET.npy (and TARGET.issame.json)')
    .option('--force', 'replace files that are there in --scores-out and --embeddings-out')
    .option('--json', 'print one JSON object as the last line; all else goes to standard error')
    .addHelpText(
      'after',
      '\nExample: npx arcfleet eval models/y1-arcface-emore,1 --dataset datasets/faces_emore --targets lfw,agedb_30',
    )
    .action(async (model: string, flags: EvalFlags) => {
      process.exitCode = await evaluate(config, model, flags);
    });
}

async function evaluate(config: CliConfig, model: string, flags: EvalFlags): Promise<number> {
  const { workingFolder, dataAccess: access } = config;
  const out = flags.json ? process.stderr : process.stdout;
  const say = (line: string): void => void out.write(`${line}\n`);
  if (flags.api !== undefined) refuseHereOnly(flags);
  const isHere = flags.api === undefined;
  const data = isHere ? null : registeredData(workingFolder, flags);
  const targets = data === null ? await evalTargets(flags, { workingFolder, access, isHere }) : [];
  const { result, exitCode } = await (flags.api === undefined
    ? locally(config, model, flags, targets, say)
    : remotely(config, model, flags, flags.api, data ?? { targets: [...targets] }, say));
  if (result === null) return exitCode;
  say(modelLine(model, result.model));
  say(`engine    ${result.model.engine}${flags.flip ? ', with mirrored images' : ''}\n`);
  for (const line of evaluationTables(result.scored)) say(line);
  if (result.against) {
    say(`\nAgainst\n${modelLine(flags.against ?? '', result.against.model)}\n`);
    for (const line of evaluationTables(result.against.scored)) say(line);
    say('');
    for (const line of differenceTable(result.differences)) say(line);
  }
  if (flags.roc !== undefined) {
    for (const file of await writeCurves(resolve(workingFolder, flags.roc), result.scored)) say(`wrote     ${file}`);
  }
  if (flags.json) process.stdout.write(`${JSON.stringify(evaluationJson(result))}\n`);
  return exitCode;
}

function modelLine(path: string, { format, network, embeddingSize, sha256 }: EvaluatedModel): string {
  return `model     ${path}: ${network ?? 'a foreign graph'} (${format}), embedding size ${embeddingSize}, sha256 ${sha256.slice(0, 12)}`;
}

/** What there is to show, and how it ended. */
interface Ended {
  readonly result: EvaluationResult | null;
  readonly exitCode: number;
}

async function locally(
  config: CliConfig,
  model: string,
  flags: EvalFlags,
  targets: readonly EvaluationTarget[],
  say: (line: string) => void,
): Promise<Ended> {
  const scored: ScoredTarget[] = [];
  const place = (path: string): string => localPath(config.workingFolder, path, 'a model or a folder of results');
  const interrupt = stopOnInterrupt();
  try {
    const { engine, threads, network, flip, batchSize, bootstrap, seed } = flags;
    const against = flags.against === undefined ? null : place(flags.against);
    const folders = {
      scoresOut: flags.scoresOut === undefined ? undefined : place(flags.scoresOut),
      embeddingsOut: flags.embeddingsOut === undefined ? undefined : place(flags.embeddingsOut),
    };
    const unaligned = flags.crop ? 'crop' : 'refuse';
    const options = { engine, threads, network, flip, unaligned, batchSize, bootstrap, seed, ...folders } as const;
    const result = await evaluateLocally(
      { model: place(model), force: flags.force === true, against, targets, ...options },
      config,
      {
        stopMode: interrupt.stopMode,
        onProgress: progressLine(process.stderr),
        onScored: (each) => scored.push(each),
      },
    );
    return { result, exitCode: 0 };
  } catch (error) {
    // Hours may have gone into what was scored before.
    for (const line of evaluationTables(scored)) say(line);
    const { Interrupted } = await import('#evaluation');
    if (error instanceof Interrupted) return { result: null, exitCode: 130 };
    throw error;
  } finally {
    interrupt.release();
  }
}

async function remotely(
  config: CliConfig,
  model: string,
  { flip, crop, batchSize, bootstrap, seed, engine, ranks }: EvalFlags,
  apiUrl: string,
  data: Pick<CreateEvaluationInput, 'dataset' | 'targets'>,
  say: (line: string) => void,
): Promise<Ended> {
  const place = resolve(config.workingFolder, model);
  const isStored = parseModelRef(model) !== null && !existsSync(place);
  const request: CreateEvaluationInput = {
    model: isStored ? { id: model } : { path: localPath(config.workingFolder, model, 'a model') },
    ...data,
    flip,
    unaligned: crop ? 'crop' : 'refuse',
    batchSize,
    bootstrap,
    seed,
    engine,
    ranks: { max: ranks },
  };
  const url = apiUrl.replace(/\/+$/, '');
  const interruptions = catchInterruptions();
  try {
    const ended = await evaluateRemotely(request, { apiUrl: url, apiKey: apiKeyFor(config, url) }, { say }, interruptions);
    const { status, error } = ended.evaluation;
    if (status !== 'succeeded') say(`${status}${error ? `: ${error.message} (${error.code})` : ''}`);
    return { result: resultOf(ended), exitCode: exitCodeOf(status) };
  } finally {
    interruptions.release();
  }
}

function differenceTable(differences: readonly ModelDifference[]): string[] {
  const points = (share: number): string => `${share < 0 ? '' : '+'}${(100 * share).toFixed(2)}`;
  const rows = differences.map(({ target, difference, low, high }) => [
    target,
    points(difference),
    `${points(low)} .. ${points(high)}`,
    low > 0 ? 'better' : high < 0 ? 'worse' : 'no difference shown',
  ]);
  return table(['target', 'points', '95 % interval', 'the first model is'], rows);
}

async function writeCurves(folder: string, scored: readonly ScoredTarget[]): Promise<string[]> {
  await mkdir(folder, { recursive: true });
  const files: string[] = [];
  for (const { target, scores } of scored) {
    const points = rocOf(scores);
    if (points === null) continue;
    const file = rocFile(folder, target);
    await writeFile(
      file,
      `far,tar,similarity\n${points.map(({ far, tar, similarity }) => `${far},${tar},${similarity}`).join('\n')}\n`,
    );
    files.push(file);
  }
  if (files.length === 0) throw new ArcFleetError('config_invalid', '--roc: none of these targets has an ROC curve');
  return files;
}

function rocOf(scores: EvaluationScores) {
  return scores.protocol === 'identification' ? null : scores.roc;
}
