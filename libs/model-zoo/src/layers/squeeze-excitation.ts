import { tf } from '#engine';
import type { LayerFactory } from '../layer.js';
import { convolution, type ConvolutionOptions, type Window } from './convolution.js';
import { prelu } from './normalization.js';
import { globalAverage } from './pooling.js';
import { sequential } from './structure.js';

const POINT: Window = { kernel: 1, stride: 1, pad: 0 };
const REDUCTION = 16;

/** Each channel times a gate in (0, 1) that is learned from the means of all channels (Hu et al., 2018; insightface.md 4.1). */
export function squeezeExcitation(name: string, { initializer }: Pick<ConvolutionOptions, 'initializer'> = {}): LayerFactory {
  return (input) => {
    const options = { bias: true, ...(initializer && { initializer }) };
    const gate = sequential(
      globalAverage(),
      convolution(`${name}_conv1`, Math.floor(input.channels / REDUCTION), POINT, options),
      prelu(`${name}_relu1`),
      convolution(`${name}_conv2`, input.channels, POINT, options),
    )(input);
    return {
      ...gate,
      output: input,
      forward: (x, context) => tf.mul(x, tf.sigmoid(gate.forward(x, context))),
      draw: (graph, from) => {
        const open = graph.add({ kind: 'sigmoid' }, [gate.draw(graph, from)], gate.output);
        return graph.add({ kind: 'multiply' }, [from, open], input);
      },
    };
  };
}
