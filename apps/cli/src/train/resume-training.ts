import { ArcFleetError, isJsonObject, mergeConfig, RECIPE_LABEL, type JsonObject, type RunConfig } from '#contracts';
import type { LocalRun } from '../local/local-state.js';
import { optionOf } from './describe-issue.js';
import { LOSS_PRESETS, NETWORK_PRESETS, TRAIN_DEFAULTS } from './presets.js';
import {
  checkConfig,
  deviceList,
  devicesOf,
  givenConfig,
  type ResolvedTraining,
  type TrainSurroundings,
} from './resolve-training.js';
import { applySettings } from './settings.js';
import type { TrainFlags } from './train-options.js';

/** Fields that may change while the training stays the same one, at their top level. */
const CHANGEABLE: readonly string[] = [
  'ranks',
  'maxSteps',
  'epochs',
  'verification',
  'checkpoint',
  'faults',
  'communication',
  'engine',
  'labels',
  'name',
];

/**
 * The run that a command with `--resume` goes on with: the one that stopped, with what was given now. Options that were not given
 * stay as they were; global batch and batch norm groups stay at any number of ranks.
 *
 * @param training what the command line alone comes down to
 * @throws ArcFleetError `conflict` naming each field that would make it another run; `validation_failed` for a number of ranks that
 *   cannot hold whole groups, naming those that can.
 */
export function resumeTraining(
  training: ResolvedTraining,
  { config: stored, ckpt }: LocalRun,
  flags: TrainFlags,
  surroundings: TrainSurroundings,
): ResolvedTraining {
  const listed = deviceList(surroundings.devices);
  const asked = applySettings({}, flags.set)['ranks'];
  const setRanks = isJsonObject(asked) && typeof asked['max'] === 'number' ? asked['max'] : undefined;
  const ranks = setRanks ?? flags.ranks ?? listed?.length ?? stored.ranks.max;
  checkRanks(ranks, stored);
  const given = mergeConfig(asInput(stored), givenNow(flags, ranks, { config: stored, ckpt }, surroundings));
  const config = checkConfig(applySettings(given, flags.set), flags);
  const recipe = stored.labels[RECIPE_LABEL];
  const differences = [
    ...(flags.recipe === undefined || flags.recipe === recipe
      ? []
      : [`the recipe (--recipe) was ${recipe ?? 'none'} and would be ${flags.recipe}`]),
    ...differencesOf(stored, config).map(
      ({ field, before, after }) => `${field}${optionOf(field, flags)} was ${before} and would be ${after}`,
    ),
  ];
  if (differences.length > 0) {
    throw new ArcFleetError(
      'conflict',
      `--resume goes on with the run that stopped in ${training.modelFolder}; this would be another one:\n  ${differences.join('\n  ')}\n` +
        `Leave these options out. What may change: ${CHANGEABLE.join(', ')}. --extra-model-name names a folder for another run`,
      { differences },
    );
  }
  return {
    ...training,
    config,
    ranks,
    ckpt,
    dataset: datasetOf(stored, training),
    devices: devicesOf(listed, ranks),
    hasDefaultLength: false,
  };
}

/** Where the options that were left out would look is not where the run has its data. */
function datasetOf({ dataset: { path } }: RunConfig, { dataset }: ResolvedTraining): ResolvedTraining['dataset'] {
  if (path === dataset.path) return dataset;
  // Whether it is still there is for the ranks to say.
  return { name: dataset.name, path, isHere: true, numClasses: null, targets: null };
}

/** Every rank holds whole batch norm groups, in each of its micro-batches. */
function checkRanks(ranks: number, { batch: { globalBatchSize, accumulationSteps, bnGroupSize } }: RunConfig): void {
  const numGroups = globalBatchSize / (accumulationSteps * bnGroupSize);
  if (numGroups % ranks === 0) return;
  const possible = Array.from({ length: numGroups }, (_, index) => index + 1).filter((count) => numGroups % count === 0);
  throw new ArcFleetError(
    'validation_failed',
    `--resume keeps the batch of ${globalBatchSize} in its groups of ${bnGroupSize}; ${ranks} ranks cannot hold whole groups each. Possible with --ranks ${possible.join(', ')}`,
    { ranks, possible },
  );
}

/** What was given, as overrides of the run that stopped. */
function givenNow(
  flags: TrainFlags,
  ranks: number,
  { config: stored, ckpt }: LocalRun,
  surroundings: TrainSurroundings,
): JsonObject {
  const { network, loss } = flags;
  // A preset is more than the name that was given: its numbers may have been set otherwise.
  const isSameNetwork = network !== undefined && (NETWORK_PRESETS[network]?.name ?? network) === stored.network.name;
  const isSameLoss = loss !== undefined && LOSS_PRESETS[loss].loss.name === stored.loss.name;
  const all = givenConfig(flags, ranks, null, surroundings);
  const { dataset, network: ofNetwork, loss: ofLoss, batch, model, communication, verification: _, ...rest } = all;
  const overrides: [string, unknown, boolean][] = [
    ['dataset', dataset, flags.dataset !== undefined || flags.dataRoot !== TRAIN_DEFAULTS.dataRoot],
    ['network', ofNetwork, network !== undefined && !isSameNetwork],
    ['loss', ofLoss, loss !== undefined && !isSameLoss],
    ['batch', batch, flags.perBatchSize !== undefined && !isSameBatch(batch, ranks, stored)],
    ['model', model, flags.ckpt !== undefined && flags.ckpt !== ckpt],
    // Ranks of one machine always reach each other.
    ['communication', communication, communication !== undefined && stored.ranks.max === 1],
    ['verification', { everySteps: flags.verbose }, flags.verbose !== undefined],
  ];
  return { ...rest, ...Object.fromEntries(overrides.flatMap(([key, value, isGiven]) => (isGiven ? [[key, value]] : []))) };
}

/** The size per rank may be meant for the ranks that the run had, first or last, or for those that it gets. */
function isSameBatch(batch: unknown, ranks: number, stored: RunConfig): boolean {
  const size = isJsonObject(batch) && typeof batch['globalBatchSize'] === 'number' ? batch['globalBatchSize'] / ranks : NaN;
  const { globalBatchSize, accumulationSteps, bnGroupSize } = stored.batch;
  return [globalBatchSize / ranks, globalBatchSize / stored.ranks.max, bnGroupSize * accumulationSteps].includes(size);
}

/** Undefined fields are none. */
const asInput = (config: RunConfig): JsonObject => JSON.parse(JSON.stringify(config)) as JsonObject;

interface Difference {
  readonly field: string;
  readonly before: string;
  readonly after: string;
}

function differencesOf(before: RunConfig, after: RunConfig): Difference[] {
  const [old, fresh] = [leavesOf(asInput(before)), leavesOf(asInput(after))];
  const fields = [...new Set([...old.keys(), ...fresh.keys()])];
  return fields
    .map((field) => ({ field, before: old.get(field) ?? 'not set', after: fresh.get(field) ?? 'not set' }))
    .filter(({ field, before, after }) => before !== after && !CHANGEABLE.includes(field.split('.')[0] ?? ''));
}

/** Values as JSON by the path of their field. */
function leavesOf(value: unknown, path: readonly string[] = []): Map<string, string> {
  if (!isJsonObject(value)) return new Map([[path.join('.'), JSON.stringify(value)]]);
  return new Map(Object.entries(value).flatMap(([key, inner]) => [...leavesOf(inner, [...path, key])]));
}
