import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import { findRecipe } from '#contracts';
import type { CliConfig } from '../config.js';
import { apiKeyFor } from '../follow/api-key.js';
import { createProgressView, type ProgressView } from '../follow/progress-view.js';
import { inForeground } from '../foreground.js';
import { findLocalRun } from '../local/local-state.js';
import { describeTraining } from '../train/describe-training.js';
import { datasetNotFound, findDataset } from '../train/find-dataset.js';
import { catchInterruptions } from '../train/interruptions.js';
import { checkPretrainedNetwork, findPretrained, pretrainedNotFound, type PretrainedModel } from '../train/pretrained.js';
import { resolveTraining, type ResolvedTraining } from '../train/resolve-training.js';
import { resumeTraining } from '../train/resume-training.js';
import { shellWord } from '../train/shell-word.js';
import { addTrainOptions, type TrainFlags } from '../train/train-options.js';
import { trainLocally } from '../train/train-local.js';
import { trainRemotely } from '../train/train-remote.js';
import { exitCodeOf, printReport, summarize, type TrainResult } from '../train/train-report.js';

const LINE_MS = 1_000;

export function addTrainCommand(program: Command, config: CliConfig): void {
  addTrainOptions(
    program
      .command('train')
      .description('train with the options of InsightFace: submit a run and follow it, or train right here with --local')
      .allowExcessArguments(false),
  ).action(async (flags: TrainFlags) => {
    process.exitCode = await train(config, flags);
  });
}

async function train(config: CliConfig, flags: TrainFlags): Promise<number> {
  const out = flags.json ? process.stderr : process.stdout;
  const view = createProgressView(out, { ms: LINE_MS, steps: flags.frequent });
  const training = await resolveCommand(config, flags);
  for (const line of describeTraining(training)) view.say(line);
  for (const note of training.notes) view.say(`note          ${note}`);
  view.say('');
  const result = await (flags.local ? locally(config, flags, training, view) : remotely(config, flags, training, view));
  if (typeof result === 'number') return result;
  const { config: run, dataset } = training;
  const summary = summarize(result, {
    network: run.network.name,
    loss: run.loss.name,
    dataset: dataset.name,
    targets: run.verification.targets ?? dataset.targets,
  });
  printReport(view, summary, result.hints);
  if (flags.json) process.stdout.write(`${JSON.stringify(summary)}\n`);
  return exitCodeOf(result.status);
}

/** Looks at what the options name on this machine, then makes a run of them. */
async function resolveCommand(config: CliConfig, flags: TrainFlags): Promise<ResolvedTraining> {
  const { workingFolder } = config;
  const folder = flags.recipe === undefined ? undefined : findRecipe(flags.recipe).dataset.folder;
  const dataset = await findDataset({
    dataset: flags.dataset,
    folder,
    dataRoot: flags.dataRoot,
    workingFolder,
    isRemote: !flags.local,
  });
  const { pretrained: text, pretrainedEpoch: epoch } = flags;
  const pretrained = text
    ? await findPretrained(text, { workingFolder, isRemote: !flags.local, ...(epoch === undefined ? {} : { epoch }) })
    : null;
  const surroundings = { workingFolder, devices: config.devices, dataset, pretrained };
  const fresh = resolveTraining(flags, surroundings);
  const isTakenUp = flags.local && flags.resume;
  const training = isTakenUp ? resumeTraining(fresh, await findLocalRun(fresh.modelFolder), flags, surroundings) : fresh;
  if (pretrained && text) checkModel(pretrained, text, training, flags, config.args);
  if (flags.local && !dataset.isHere) throw datasetNotFound(dataset);
  return { ...training, notes: [...training.notes, ...notHere(training)] };
}

function checkModel(
  model: PretrainedModel,
  text: string,
  { config: { network } }: ResolvedTraining,
  { local = false }: TrainFlags,
  args: readonly string[],
): void {
  checkPretrainedNetwork(model, network.name, text, args);
  if (local && !model.isHere) throw pretrainedNotFound(model, text);
}

/** A fleet may see what this machine does not. */
function notHere({ dataset, pretrained }: ResolvedTraining): string[] {
  return [
    ...(dataset.isHere || dataset.ref !== undefined
      ? []
      : [`${dataset.path} is not on this machine; the workers must have it there.`]),
    ...(pretrained && !pretrained.isHere && pretrained.ref === undefined
      ? [`${pretrained.path} is not on this machine; the workers must have it there.`]
      : []),
  ];
}

/** @returns how the run went, or the exit code of an interruption that came before it began. */
async function locally(
  config: CliConfig,
  flags: TrainFlags,
  training: ResolvedTraining,
  view: ProgressView,
): Promise<TrainResult | number> {
  const observer = { log: (_level: string, message: string) => view.say(`          ${message}`) };
  let result: TrainResult | undefined;
  const exitCode = await inForeground({ observer, lifelineFd: config.lifelineFd }, async (session, signal) => {
    signal.addEventListener(
      'abort',
      () => view.say('stop      asked for: the ranks stop at a checkpoint. Ctrl-C again ends them at once'),
      {
        once: true,
      },
    );
    const command = `npx arcfleet ${config.args
      .filter((arg) => arg !== '--resume')
      .map(shellWord)
      .join(' ')}`;
    const options = { threads: flags.threads, resume: flags.resume ?? false, command };
    result = await trainLocally(session, config, training, options, view, signal);
    return exitCodeOf(result.status);
  });
  return result ?? exitCode;
}

async function remotely(
  config: CliConfig,
  flags: TrainFlags,
  training: ResolvedTraining,
  view: ProgressView,
): Promise<TrainResult> {
  const storageRoot = flags.storage === undefined ? join(config.home, 'storage') : resolve(config.workingFolder, flags.storage);
  const apiUrl = flags.api.replace(/\/+$/, '');
  const interruptions = catchInterruptions();
  try {
    const options = { apiUrl, apiKey: apiKeyFor(config, apiUrl), storageRoot };
    return await trainRemotely(training, options, view, interruptions);
  } finally {
    interruptions.release();
  }
}
