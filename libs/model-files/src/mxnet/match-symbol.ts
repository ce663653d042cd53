import { acceptsEpsilon, acceptsSqueezeExcitation, ArcFleetError, NETWORK_NAMES, OUTPUTS } from '#contracts';
import { createNetwork, type Network, type NetworkOptions } from '#model-zoo';
import { differencesOf } from '../compare-model.js';
import type { StoredModel } from '../stored-model.js';
import { canonicalGraph, type CanonicalGraph } from './canonical-graph.js';
import { symbolOf } from './symbol-of.js';
import type { MxnetSymbol } from './symbol.js';

type Tensors = Pick<StoredModel, 'order' | 'shapes'>;

/** Faces are that large in every script of InsightFace. */
const SIZE = 112;

/**
 * The network of the catalog that computes what a symbol says: same operators, attributes and parameters from pixels to `fc1`, with
 * output layers, squeeze-and-excitation, pixel scale and epsilon taken from the symbol.
 *
 * @throws ArcFleetError `model_mismatch` naming the first operator that no network has so.
 */
export function matchSymbol(symbol: MxnetSymbol, tensors: Tensors, file: string): Network {
  const theirs = canonicalGraph(symbol);
  const candidates = candidatesOf(theirs, tensors);
  for (const network of candidates) {
    const ours = canonicalGraph(symbolOf(network));
    if (ours.keys.at(-1) === theirs.keys.at(-1)) return network;
  }
  const [nearest] = candidates;
  const difference = nearest
    ? `it is not ${nearest.name}: ${firstDifference(theirs, canonicalGraph(symbolOf(nearest)))}`
    : 'no network of the catalog has its parameters';
  throw new ArcFleetError(
    'model_mismatch',
    `${file}: ${difference}. Networks that are not in the catalog run as ONNX: export it there`,
    { file },
  );
}

/** Networks whose tensors are those of the file, the constants as the symbol has them. */
function candidatesOf({ pixelScale, dropout, epsilons }: CanonicalGraph, tensors: Tensors): Network[] {
  const { shapes } = tensors;
  const [embeddingSize] = shapes.get('fc1_beta') ?? shapes.get('fc1_bias') ?? shapes.get('pre_fc1_weight') ?? [];
  const hasGate = [...shapes.keys()].some((name) => /_se_conv1_weight$/.test(name));
  const isBody = (network: Network) => network.parameters.every(({ name }) => name.startsWith('fc1_') || shapes.has(name));
  const found: Network[] = [];
  for (const name of NETWORK_NAMES) {
    const options: NetworkOptions = {
      name,
      embeddingSize: embeddingSize ?? 1,
      height: SIZE,
      width: SIZE,
      squeezeExcitation: hasGate && acceptsSqueezeExcitation(name),
      ...(pixelScale !== null && { pixelScale }),
      ...(dropout !== null && dropout < 1 && { dropout }),
    };
    // `H` is one dense layer, called fc1: all before it is the body.
    if (!isBody(createNetwork({ ...options, output: 'H' }))) continue;
    const own = createNetwork(options).output;
    for (const output of [own, ...OUTPUTS.filter((each) => each !== own)]) {
      const network = createNetwork({ ...options, output });
      if (differencesOf(network, tensors).length > 0) continue;
      found.push(network);
      const [epsilon, ...others] = epsilons;
      if (epsilon !== undefined && others.length === 0 && acceptsEpsilon(network.name)) {
        found.push(createNetwork({ ...options, output, epsilon }));
      }
    }
  }
  // Outputs with and without dropout are the same in use: where there are both, the symbol's own comes first.
  const isAlike = (network: Network) => network.graph().some(({ op }) => op.kind === 'dropout') === (dropout !== null);
  return [...found.filter(isAlike), ...found.filter((network) => !isAlike(network))];
}

function firstDifference(theirs: CanonicalGraph, ours: CanonicalGraph): string {
  const known = new Set(ours.keys);
  const at = theirs.keys.findIndex((key) => !known.has(key));
  if (at < 0) return `it ends at ${theirs.names.at(-1)}, before the embedding`;
  const same = ours.names.indexOf(theirs.names[at]!);
  const own = same < 0 ? 'has none' : `has ${ours.texts[same]}`;
  return `its ${theirs.names[at]} is ${theirs.texts[at]}, the network ${own}`;
}
