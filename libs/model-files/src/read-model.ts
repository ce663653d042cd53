import { ArcFleetError, NETWORKS, OUTPUTS, type NetworkName, type OutputName } from '#contracts';
import { createNetwork, initialValues, type Network, type NetworkOptions } from '#model-zoo';
import { readParameter, readStatistics, type BackboneValues } from './backbone-values.js';
import { differencesOf, recognizeNetwork } from './compare-model.js';
import { locateModel } from './locate-model.js';
import { openStoredModel } from './open-stored-model.js';
import type { StoredModel } from './stored-model.js';

/** A stored backbone, read whole: the network that it is of, built as the file says, and its values. */
export interface ReadModel {
  /** The file that names it to people. */
  readonly path: string;
  /** Holds the weights. */
  readonly weights: string;
  /** Of that file, where reading it has computed it. */
  readonly sha256?: string | undefined;
  readonly format: StoredModel['format'];
  readonly network: Network;
  readonly values: BackboneValues;
}

/** What the file does not say, as the user says it; what it says stands. */
export type ModelHints = Partial<Omit<NetworkOptions, 'name'>> & { readonly name?: string };

/** Faces are that large where nothing else is said. */
const SIZE = 112;
/** Names of the differing tensors in a message. */
const NAMED_DIFFERENCES = 3;

/**
 * Reads a model of any format that stores a network of the catalog.
 *
 * @param path as people name models; see {@link locateModel}
 * @throws ArcFleetError `model_not_found`, `checkpoint_corrupt`, `pickle_refused`, `model_mismatch`.
 */
export async function readModel(path: string, hints: ModelHints = {}): Promise<ReadModel> {
  const model = await openStoredModel(await locateModel({ path, newOutput: false }));
  try {
    const network = networkOf(model, hints);
    const [difference, ...more] = differencesOf(network, model);
    if (difference) {
      const named = [difference, ...more].slice(0, NAMED_DIFFERENCES).map(({ name, expected, found }) => {
        const [own, theirs] = [expected, found].map((shape) => (shape ? `[${shape.join(', ')}]` : 'nothing'));
        return `${name}: ${theirs} where ${own} belongs`;
      });
      throw new ArcFleetError(
        'model_mismatch',
        `${model.path} does not fit ${network.name} with embedding size ${network.embeddingSize} and output ${network.output}: ${named.join('; ')}${more.length >= NAMED_DIFFERENCES ? ` and ${more.length + 1 - NAMED_DIFFERENCES} more` : ''}. Name the network that it is of`,
        { file: model.path, network: network.name },
      );
    }
    const parameters = new Map<string, Float32Array>();
    for (const spec of network.parameters) {
      // Gammas that are fixed at 1 may hold anything in the file.
      parameters.set(spec.name, spec.isTrainable ? await readParameter(model, spec) : initialValues(spec, 0));
    }
    const { format, weights, sha256, path: file } = model;
    return {
      path: file,
      weights,
      sha256,
      format,
      network,
      values: { parameters, statistics: await readStatistics(model, network) },
    };
  } finally {
    await model.close();
  }
}

function networkOf(model: StoredModel, hints: ModelHints): Network {
  const { options } = model;
  const height = options.height ?? hints.height ?? SIZE;
  const width = options.width ?? hints.width ?? SIZE;
  const name = model.network ?? hints.name ?? recognizeNetwork(model, { height, width });
  if (name === null) {
    throw new ArcFleetError(
      'model_mismatch',
      `${model.path} does not say its network, and none of the catalog has these tensors. Name it (--network)`,
      {
        file: model.path,
      },
    );
  }
  const said = Object.fromEntries(
    Object.entries({ ...hints, ...Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) }),
  ) as ModelHints;
  const embeddingSize = said.embeddingSize ?? embeddingSizeOf(model) ?? NETWORKS[name as NetworkName].embeddingSize;
  const build = (output?: OutputName) =>
    createNetwork({ ...said, name, embeddingSize, height, width, ...(output && { output }) });
  const asDesigned = build();
  // Tensors alone do not tell all outputs apart; of those that fit, the network's own comes first.
  if (said.output !== undefined || differencesOf(asDesigned, model).length === 0) return asDesigned;
  return OUTPUTS.map((output) => build(output)).find((network) => differencesOf(network, model).length === 0) ?? asDesigned;
}

/** The last layer's width: its batch norm, or the dense layer itself. */
function embeddingSizeOf({ shapes }: StoredModel): number | undefined {
  return (shapes.get('fc1_beta') ?? shapes.get('fc1_bias') ?? shapes.get('pre_fc1_weight'))?.[0];
}
