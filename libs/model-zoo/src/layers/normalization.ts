import { batchNormInference, batchNormTrain, prelu as preluOp, relu as reluOp } from '#engine';
import type { Tensor1D } from '@tensorflow/tfjs-core';
import type { FeatureShape, Layer, LayerFactory, ParameterSpec } from '../layer.js';
import { stateless } from './structure.js';

export interface BatchNormOptions {
  readonly epsilon: number;
  /** True: gamma stays 1 (the last batch norm of every InsightFace network). */
  readonly isGammaFixed?: boolean;
}

/**
 * Batch norm over the last axis. In train mode it normalises over fixed groups of consecutive samples (DESIGN 4), so that the
 * result does not depend on how many ranks share the batch; in eval mode it uses the running statistics.
 */
export function batchNorm(name: string, { epsilon, isGammaFixed = false }: BatchNormOptions): LayerFactory {
  return (input) => {
    const constant = (suffix: string, value: number, isTrainable: boolean): ParameterSpec => ({
      name: `${name}_${suffix}`,
      shape: [input.channels],
      initializer: { kind: 'constant', value },
      isTrainable,
    });
    const gamma = constant('gamma', 1, !isGammaFixed);
    const beta = constant('beta', 0, true);
    return {
      output: input,
      parameters: [gamma, beta],
      statistics: [{ name, channels: input.channels, input }],
      flops: 0,
      forward: (x, context) => {
        const scale = isGammaFixed ? null : (context.parameter(gamma.name) as Tensor1D);
        const shift = context.parameter(beta.name) as Tensor1D;
        if (context.mode === 'eval') {
          const { mean, variance } = context.statistic(name);
          return batchNormInference(x, mean, variance, scale, shift, epsilon);
        }
        const { y, mean, variance } = batchNormTrain(x, scale, shift, epsilon, context.bnGroupSize);
        context.onBatchStatistics(name, { mean_GC: mean, variance_GC: variance });
        return y;
      },
      draw: (graph, from) => {
        const op = { kind: 'batchNorm', gamma: gamma.name, beta: beta.name, statistic: name, epsilon, isGammaFixed } as const;
        return graph.add(op, [from], input, name);
      },
    };
  };
}

/** max(x, 0) + slope x min(x, 0) with one learned slope per channel (`<name>_gamma`), 0.25 at the start. */
export function prelu(name: string): LayerFactory {
  return (input) => preluOf(name, { slopeName: `${name}_gamma`, isShared: false }, input);
}

/** The same with one learned slope for all channels, `<name>_alpha`: what Gluon's PReLU is. */
export function sharedPrelu(name: string): LayerFactory {
  return (input) => preluOf(name, { slopeName: `${name}_alpha`, isShared: true }, input);
}

function preluOf(name: string, { slopeName, isShared }: { slopeName: string; isShared: boolean }, input: FeatureShape): Layer {
  const slope: ParameterSpec = {
    name: slopeName,
    shape: [isShared ? 1 : input.channels],
    initializer: { kind: 'constant', value: 0.25 },
    isTrainable: true,
  };
  return {
    output: input,
    parameters: [slope],
    statistics: [],
    flops: 0,
    forward: (x, context) => preluOp(x, context.parameter(slope.name) as Tensor1D),
    draw: (graph, from) => graph.add({ kind: 'prelu', slope: slopeName, isShared }, [from], input, name),
  };
}

/** max(x, 0). */
export function relu(): LayerFactory {
  return (input) => stateless(input, { kind: 'relu' }, reluOp);
}
