import { FrozenPass } from './frozen-pass.js';
import { MicroBatchPass } from './micro-batch-pass.js';
import type { EmbeddingPass, PassInputs } from './pass.js';
import { WholeBatchPass } from './whole-batch-pass.js';

/** How the configuration wants a local batch embedded. */
export function openPass(inputs: PassInputs): EmbeddingPass {
  const { network, batch } = inputs.backbone.options.config;
  if (network.frozen) return new FrozenPass(inputs);
  return batch.accumulationSteps === 1 ? new WholeBatchPass(inputs) : new MicroBatchPass(inputs);
}
