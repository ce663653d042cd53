import { join, resolve } from 'node:path';
import {
  ArcFleetError,
  findRecipe,
  mergeConfig,
  RECIPE_LABEL,
  runConfigSchema,
  type JsonObject,
  type LossName,
  type NetworkName,
  type Recipe,
  type RunConfig,
} from '#contracts';
import { describeIssue } from './describe-issue.js';
import type { DatasetPlace } from './find-dataset.js';
import { LOSS_PRESETS, NETWORK_PRESETS, TRAIN_DEFAULTS } from './presets.js';
import type { PretrainedModel } from './pretrained.js';
import { applySettings } from './settings.js';
import type { TrainFlags } from './train-options.js';

/** What a command line comes down to. */
export interface ResolvedTraining {
  readonly config: RunConfig;
  readonly recipe: Recipe | null;
  readonly ranks: number;
  /** `CUDA_VISIBLE_DEVICES` of each rank; null: none was named. */
  readonly devices: readonly string[] | null;
  readonly dataset: DatasetPlace;
  readonly pretrained: PretrainedModel | null;
  /** Absolute: where models are placed. */
  readonly modelFolder: string;
  readonly ckpt: 0 | 1 | 2 | 3;
  /** True: nobody said when to end, so a rule did. */
  readonly hasDefaultLength: boolean;
  /** What was given and does not apply, a sentence each. */
  readonly notes: readonly string[];
}

/** What the world adds to the options. */
export interface TrainSurroundings {
  readonly workingFolder: string;
  /** Value of CUDA_VISIBLE_DEVICES. */
  readonly devices: string | undefined;
  readonly dataset: DatasetPlace;
  readonly pretrained: PretrainedModel | null;
}

/** A run ends an eighth beyond its last drop of the rate: the paper's 100 k and 160 k steps end at 180 k. */
const BEYOND_LAST_DROP = 9 / 8;

/**
 * The run that the options ask for: the presets of train.py or a recipe, then the options that were given, then `--set`.
 * @throws ArcFleetError `validation_failed`, naming fields and options; `not_found` for a recipe.
 */
export function resolveTraining(flags: TrainFlags, surroundings: TrainSurroundings): ResolvedTraining {
  const recipe = flags.recipe === undefined ? null : findRecipe(flags.recipe);
  const listed = deviceList(surroundings.devices);
  const ranks = flags.ranks ?? listed?.length ?? (recipe && !flags.local ? recipe.config.ranks?.max : undefined) ?? 1;
  const base = recipe ? recipe.config : trainPyConfig(flags, ranks);
  // A run that is taken up has its model already.
  const isTakenUp = flags.local && flags.resume;
  if (recipe?.requires.includes('pretrained') && !surroundings.pretrained && !isTakenUp) {
    throw new ArcFleetError(
      'validation_failed',
      `The recipe ${recipe.name} goes on from a stored model: add --pretrained PATH,EPOCH`,
    );
  }
  const given = mergeConfig(base as JsonObject, givenConfig(flags, ranks, recipe, surroundings));
  const config = checkConfig(applySettings(given, flags.set), flags);
  const worldSize = config.ranks.max;
  return {
    config,
    recipe,
    ranks: worldSize,
    devices: devicesOf(listed, worldSize),
    dataset: surroundings.dataset,
    pretrained: surroundings.pretrained,
    modelFolder: join(resolve(surroundings.workingFolder, flags.modelsRoot), modelName(flags, config, surroundings.dataset)),
    ckpt: flags.ckpt ?? TRAIN_DEFAULTS.ckpt,
    hasDefaultLength: !recipe && !flags.maxSteps && flags.epochs === undefined,
    notes: notesOn(flags, listed, worldSize),
  };
}

/** Items of a comma list; null where it is empty or missing. */
export function deviceList(list: string | undefined): string[] | null {
  const devices = (list ?? '')
    .split(',')
    .map((device) => device.trim())
    .filter((device) => device !== '');
  return devices.length > 0 ? devices : null;
}

/** The device of each rank, shared in turn where there are fewer. */
export function devicesOf(listed: readonly string[] | null, ranks: number): string[] | null {
  return listed && Array.from({ length: ranks }, (_, rank) => listed[rank % listed.length] ?? '');
}

/** Options of train.py with its defaults. Presets merge in its order: loss, then network. */
function trainPyConfig(flags: TrainFlags, ranks: number): JsonObject {
  const { network, loss, lrSteps } = { ...TRAIN_DEFAULTS, ...definedOf(flags) };
  const { defaults: ofLoss } = LOSS_PRESETS[loss];
  const { lr, perBatchSize } = { ...TRAIN_DEFAULTS, ...ofLoss, ...NETWORK_PRESETS[network]?.defaults };
  const boundaries = [...lrSteps];
  const last = boundaries.at(-1);
  return {
    network: networkConfig(network),
    loss: LOSS_PRESETS[loss].loss,
    optimizer: { name: 'sgd', learningRate: lr, momentum: TRAIN_DEFAULTS.mom, weightDecay: TRAIN_DEFAULTS.wd },
    schedule: { name: 'steps', boundaries, factor: 0.1 },
    batch: { globalBatchSize: perBatchSize * ranks },
    ...(last !== undefined && flags.epochs === undefined ? { maxSteps: Math.round(last * BEYOND_LAST_DROP) } : {}),
    verification: { everySteps: TRAIN_DEFAULTS.verbose },
  };
}

/** Only what was given, so that a recipe keeps the rest. */
export function givenConfig(
  flags: TrainFlags,
  ranks: number,
  recipe: Recipe | null,
  surroundings: TrainSurroundings,
): JsonObject {
  const { dataset, pretrained } = surroundings;
  const optimizer = definedOf({ learningRate: flags.lr, weightDecay: flags.wd, momentum: flags.mom });
  // train_parall.py takes 0 for its default.
  const perBatchSize = flags.perBatchSize === 0 ? TRAIN_DEFAULTS.perBatchSize : flags.perBatchSize;
  return definedOf({
    dataset: { ...placeConfig(dataset), ...datasetConfig(flags) },
    network: flags.network === undefined ? undefined : networkConfig(flags.network),
    loss: flags.loss === undefined ? undefined : LOSS_PRESETS[flags.loss].loss,
    labels: recipe ? { [RECIPE_LABEL]: recipe.name } : undefined,
    pretrained: pretrained ? definedOf({ path: pretrained.path, epoch: pretrained.epoch, modelId: pretrained.ref }) : undefined,
    optimizer,
    schedule: flags.lrSteps ? { name: 'steps', boundaries: [...flags.lrSteps] } : undefined,
    batch: perBatchSize === undefined ? sameGroups(recipe, ranks) : { globalBatchSize: perBatchSize * ranks, bnGroupSize: null },
    maxSteps: flags.maxSteps || undefined,
    epochs: flags.epochs,
    classSampling: samplingConfig(flags.samplingRate),
    verification: definedOf({ everySteps: flags.verbose, targets: dataset.targets ?? undefined }),
    model: { save: MODEL_POLICY[flags.ckpt ?? TRAIN_DEFAULTS.ckpt] },
    // Ranks of one machine always reach each other.
    communication: flags.local && ranks > 1 ? { transport: 'tcp' } : undefined,
    ranks: { max: ranks, min: null },
    seed: flags.seed,
    engine: flags.engine,
  });
}

/** A registered data set has its folder and kind from the fleet; until it is submitted, the root stands for the folder. */
function placeConfig({ path, ref }: DatasetPlace): JsonObject {
  return ref === undefined ? { kind: 'faces_emore', path } : { path: '/' };
}

/** What a run must store for each rule of `--ckpt`. */
const MODEL_POLICY = { 0: 'last', 1: 'improvements', 2: 'all', 3: 'best' } as const;

function networkConfig(name: string): JsonObject {
  const { defaults: _, ...preset } = NETWORK_PRESETS[name] ?? { name };
  return preset;
}

/** arcface_torch's `dali_aug` (insightface.md 2.4). */
const DALI_AUGMENTATION = { resize: 0.1, blur: 0.2, hsv: 0.2, grey: 0.1 } as const;

/** The data options of sample_config.py. */
function datasetConfig({ dataColor, dataCutoff, dataImagesFilter, daliAug }: TrainFlags): JsonObject {
  const augmentation = {
    ...(daliAug ? DALI_AUGMENTATION : {}),
    ...(dataColor === undefined ? {} : { colorJitter: dataColor > 0 ? 0.125 : 0, jpeg: dataColor > 1 ? 0.5 : 0 }),
    ...(dataCutoff === undefined ? {} : { cutoff: dataCutoff }),
  };
  return definedOf({
    augmentation: Object.keys(augmentation).length > 0 ? augmentation : undefined,
    minImagesPerIdentity: dataImagesFilter,
  });
}

function samplingConfig(rate: number | undefined): JsonObject | undefined {
  if (rate === undefined) return undefined;
  return rate < 1 ? { name: 'random', rate } : { name: 'none' };
}

/** A recipe at another number of ranks stays the same training where ranks can hold whole groups of the original. */
function sameGroups(recipe: Recipe | null, ranks: number): JsonObject | undefined {
  const { batch, ranks: original } = recipe?.config ?? {};
  if (batch?.globalBatchSize === undefined || original?.max === undefined || batch.bnGroupSize !== undefined) return undefined;
  const group = batch.globalBatchSize / original.max;
  return (batch.globalBatchSize / ranks) % group === 0 ? { bnGroupSize: group } : undefined;
}

/** @throws ArcFleetError `validation_failed`, naming fields and options. */
export function checkConfig(config: JsonObject, flags: TrainFlags): RunConfig {
  const parsed = runConfigSchema.safeParse(config);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) => describeIssue(issue, flags));
  throw new ArcFleetError('validation_failed', `These options make no run:\n  ${problems.join('\n  ')}`, { problems });
}

/** `<network>-<loss>-<dataset>`, as train.py names its folders. */
function modelName(flags: TrainFlags, config: RunConfig, dataset: DatasetPlace): string {
  const network: NetworkName | string = flags.network ?? config.network.name;
  const loss: LossName = config.loss.name;
  const extra = flags.extraModelName ? `-${flags.extraModelName}` : '';
  return `${network}-${loss}-${dataset.name}${extra}`.replaceAll(/[/\\]/g, '_');
}

function notesOn(flags: TrainFlags, devices: readonly string[] | null, ranks: number): string[] {
  const notes: string[] = [];
  const say = (isGiven: boolean, text: string) => isGiven && notes.push(text);
  say(
    flags.kvstore !== undefined,
    '--kvstore has no effect: ranks exchange tensors by communication.transport (redis-streams or tcp).',
  );
  say(
    flags.workerId !== undefined,
    '--worker-id has no effect: machines join a fleet with npx arcfleet worker, and ranks are handed out.',
  );
  say(
    (flags.fp16Scale ?? 0) > 0,
    '--fp16-scale has no effect: everything computes in float32. --set communication.gradients=bfloat16 halves what travels.',
  );
  say(
    flags.threads !== undefined && !flags.local,
    '--threads has no effect without --local: a worker decides about its threads.',
  );
  say(flags.resume === true && !flags.local, '--resume has no effect without --local: a fleet takes its runs up by itself.');
  say(
    flags.ranks !== undefined && devices !== null && devices.length !== ranks,
    `CUDA_VISIBLE_DEVICES names ${devices?.length} devices; --ranks ${ranks} counts${devices && devices.length < ranks ? ', devices are shared in turn' : ''}.`,
  );
  return notes;
}

/** Without the fields that are undefined. */
function definedOf<T extends object>(fields: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as never;
}
