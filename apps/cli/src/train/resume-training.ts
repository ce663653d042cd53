import {
  ArcFleetError,
  isJsonObject,
  mergeConfig,
  ranksThatHold,
  RECIPE_LABEL,
  RESUME_CHANGEABLE,
  resumeDifferences,
  toInput,
  type JsonObject,
  type RunConfig,
} from '#contracts';
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
  const given = mergeConfig(toInput(stored), givenNow(flags, ranks, { config: stored, ckpt }, surroundings));
  const config = checkConfig(applySettings(given, flags.set), flags);
  const recipe = stored.labels[RECIPE_LABEL];
  const differences = [
    ...(flags.recipe === undefined || flags.recipe === recipe
      ? []
      : [`the recipe (--recipe) was ${recipe ?? 'none'} and would be ${flags.recipe}`]),
    ...resumeDifferences(stored, config).map(
      ({ field, before, after }) => `${field}${optionOf(field, flags)} was ${before} and would be ${after}`,
    ),
  ];
  if (differences.length > 0) {
    throw new ArcFleetError(
      'conflict',
      `--resume goes on with the run that stopped in ${training.modelFolder}; this would be another one:\n  ${differences.join('\n  ')}\n` +
        `Leave these options out. What may change: ${RESUME_CHANGEABLE.join(', ')}. --extra-model-name names a folder for another run`,
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
function checkRanks(ranks: number, { batch }: RunConfig): void {
  const { globalBatchSize, bnGroupSize } = batch;
  const possible = ranksThatHold(batch);
  if (possible.includes(ranks)) return;
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
