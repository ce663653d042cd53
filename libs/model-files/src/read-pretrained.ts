import { ArcFleetError, type RunConfig } from '#contracts';
import { initialValues, type Network } from '#model-zoo';
import { readParameter, readStatistics, type BackboneValues } from './backbone-values.js';
import { differencesOf, isOutputTensor, recognizeNetwork, type Difference } from './compare-model.js';
import { locateModel } from './locate-model.js';
import { openStoredModel } from './open-stored-model.js';
import type { StoredModel, StoredOptions } from './stored-model.js';

/** How many differing tensors a message names. */
const NAMED_DIFFERENCES = 3;

/**
 * Reads the stored model that a run starts from. Output layers start anew where the configuration says so; parameters that are
 * not trained (gammas fixed at 1) have their fixed value, whatever is stored.
 *
 * @throws ArcFleetError `model_not_found`; `checkpoint_corrupt` naming the file; `model_mismatch` for a model of another network
 *   or of other output layers, naming what would work.
 */
export async function readPretrained(
  pretrained: NonNullable<RunConfig['pretrained']>,
  network: Network,
  seed: number,
): Promise<BackboneValues> {
  const model = await openStoredModel(await locateModel(pretrained));
  try {
    const isOutput = isOutputTensor(network);
    const isTaken = (name: string) => !(pretrained.newOutput && isOutput(name));
    checkFit(model, network, { isTaken, isOutput, isOutputNew: pretrained.newOutput });
    const parameters = new Map<string, Float32Array>();
    for (const spec of network.parameters) {
      const isStored = spec.isTrainable && isTaken(spec.name);
      parameters.set(spec.name, isStored ? await readParameter(model, spec) : initialValues(spec, seed));
    }
    return { parameters, statistics: await readStatistics(model, network, isTaken) };
  } finally {
    await model.close();
  }
}

interface Fit {
  readonly isTaken: (name: string) => boolean;
  readonly isOutput: (name: string) => boolean;
  readonly isOutputNew: boolean;
}

function checkFit(model: StoredModel, network: Network, { isTaken, isOutput, isOutputNew }: Fit): void {
  if (model.network !== null && model.network !== network.name) throw otherNetwork(model, network, model.network);
  const differences = differencesOf(network, model).filter(({ name }) => isTaken(name));
  const options = otherOptions(model.options, network, isOutputNew);
  if (differences.length === 0 && options.length === 0) return;
  // A model that names its network needs no guess.
  const recognized = model.network ?? recognizeNetwork(model, network);
  if (recognized !== null && recognized !== network.name) throw otherNetwork(model, network, recognized);

  const named = differences.slice(0, NAMED_DIFFERENCES).map(describe);
  if (options.length > 0) named.unshift(`it was trained with ${options.join(', ')}`);
  const more = differences.length > NAMED_DIFFERENCES ? `; and ${differences.length - NAMED_DIFFERENCES} more` : '';
  const isOnlyOutput =
    differences.every(({ name }) => isOutput(name)) && isSame(model.options.squeezeExcitation, network.squeezeExcitation);
  const asStored = isOnlyOutput
    ? 'network.embeddingSize and network.output as the model has them'
    : 'network.* as they were when the model was trained';
  const otherwise = isOnlyOutput ? ', or set pretrained.newOutput to take the body alone and start the output layers anew' : '';
  const advice = `Set ${options.length > 0 ? options.join(', ') : asStored}${otherwise}`;
  throw new ArcFleetError(
    'model_mismatch',
    `The stored model ${model.path} does not fit ${network.name} with embedding size ${network.embeddingSize} and output ${network.output}: ${named.join('; ')}${more}. ${advice}`,
    { file: model.path, network: network.name, differences: differences.slice(0, NAMED_DIFFERENCES) },
  );
}

/**
 * What the model says of itself that the network does otherwise, as it would stand in a configuration. Tensors alone do not
 * tell: output layers with the same tensors may compute something else. The drop rate is none of it: weights do not depend on it.
 */
function otherOptions(stored: StoredOptions, network: Network, isOutputNew: boolean): string[] {
  const { embeddingSize, output, squeezeExcitation, pixelScale, epsilon } = stored;
  const others: string[] = [];
  if (!isSame(squeezeExcitation, network.squeezeExcitation)) others.push(`network.squeezeExcitation ${squeezeExcitation}`);
  if (pixelScale !== undefined && !isNear(pixelScale, network.pixelScale)) others.push(`network.pixelScale ${pixelScale}`);
  if (epsilon !== undefined && !isNear(epsilon ?? 0, network.epsilon ?? 0)) {
    others.push(epsilon === null ? 'no network.epsilon' : `network.epsilon ${epsilon}`);
  }
  if (isOutputNew) return others;
  if (!isSame(output, network.output)) others.push(`network.output ${output}`);
  if (!isSame(embeddingSize, network.embeddingSize)) others.push(`network.embeddingSize ${embeddingSize}`);
  return others;
}

/** Written in decimals and read back, constants differ in their last digits. */
const isNear = (stored: number, own: number): boolean => Math.abs(stored - own) <= 1e-6 * own;

const isSame = <T>(stored: T | undefined, own: T): boolean => stored === undefined || stored === own;

function otherNetwork(model: StoredModel, network: Network, found: string): ArcFleetError {
  return new ArcFleetError(
    'model_mismatch',
    `The stored model ${model.path} is one of network ${found}; its weights cannot go into ${network.name}. Train ${found} from it (network.name ${found}; on the command line --network ${found}), or name a stored model of ${network.name}`,
    { file: model.path, network: network.name, found },
  );
}

function describe({ name, expected, found }: Difference): string {
  if (found === null) return `it has no ${name} [${expected?.join(', ')}]`;
  if (expected === null) return `its ${name} [${found.join(', ')}] has no place`;
  return `its ${name} is [${found.join(', ')}], not [${expected.join(', ')}]`;
}
