import type { OutputName } from '#contracts';
import type { LayerFactory } from '../layer.js';
import { convolution, perGroup, wholeMap, type ConvolutionOptions } from './convolution.js';
import { dense, type DenseOptions } from './dense.js';
import { dropout } from './dropout.js';
import { batchNorm, prelu } from './normalization.js';
import { equalizeNorms, globalAverage } from './pooling.js';
import { flatten, sequential } from './structure.js';
import { MXNET_EPSILON } from './units.js';

export interface OutputOptions {
  readonly embeddingSize: number;
  /** Share of values that dropout sets to zero, in the outputs that have it (E, F, Z). */
  readonly dropout: number;
}

/** Where families differ. */
export interface OutputStyle extends Pick<ConvolutionOptions, 'initializer'> {
  /** Of every batch norm but GDC's own; default 2e-5. */
  readonly epsilon?: number;
  /** Of the batch norm after GDC's convolution; default 1e-3. */
  readonly gdcEpsilon?: number;
  readonly dense?: DenseOptions;
  /** Channels of the depthwise convolutions in GDC and SFC; default: as many as come in. Fewer than come in share them out. */
  readonly channels?: number;
  /** Default true: gamma of the last batch norm stays 1. */
  readonly isGammaFixed?: boolean;
}

const POINT = { kernel: 1, stride: 1, pad: 0 };
const HALVE = { kernel: 3, stride: 2, pad: 1 };

/**
 * From the last feature map to the embedding, by InsightFace's code (insightface.md 4.1); the names of the parameters are
 * MXNet's. `I` is `FC` under another code. `Z` ends at the feature map itself, flattened: its embedding is as large as that.
 */
export function outputLayers(
  code: OutputName,
  { embeddingSize, dropout: rate }: OutputOptions,
  style: OutputStyle = {},
): LayerFactory {
  const { initializer, epsilon = 2e-5, gdcEpsilon = MXNET_EPSILON, isGammaFixed = true, channels } = style;
  const convolutional = initializer && { initializer };
  const linear = { ...convolutional, ...style.dense };
  const norm = (name: string) => batchNorm(name, { epsilon });
  const fixedNorm = (name: string) => batchNorm(name, { epsilon, isGammaFixed: true });
  const drop = dropout('dropout', rate);
  /** The dense layer is the embedding. */
  const plain = sequential(flatten(), dense('fc1', embeddingSize, linear));
  const lastNorm = batchNorm('fc1', { epsilon, isGammaFixed });
  const normed = sequential(flatten(), dense('pre_fc1', embeddingSize, linear), lastNorm);

  switch (code) {
    case 'E':
      return sequential(norm('bn1'), drop, normed);
    case 'FC':
    case 'I':
      return sequential(norm('bn1'), normed);
    case 'J':
      return normed;
    case 'F':
      return sequential(norm('bn1'), drop, plain);
    case 'G':
      return sequential(norm('bn1'), plain);
    case 'H':
      return plain;
    case 'Z':
      return sequential(norm('bn1'), drop, flatten());
    case 'GDC':
      return (input) =>
        sequential(
          perGroup('conv_6dw7_7_conv2d', channels ?? input.channels, wholeMap(input), convolutional),
          batchNorm('conv_6dw7_7_batchnorm', { epsilon: gdcEpsilon }),
          normed,
        )(input);
    case 'GAP':
      return sequential(norm('bn1'), prelu('relu1'), globalAverage(), normed);
    case 'SFC':
      return (input) =>
        sequential(
          norm('bn1'),
          perGroup('convf', channels ?? input.channels, HALVE, convolutional),
          norm('bnf'),
          prelu('reluf'),
          convolution('convf2', channels ?? input.channels, POINT, { ...convolutional, bias: true }),
          norm('bnf2'),
          prelu('reluf2'),
          normed,
        )(input);
    case 'GNAP':
      return ({ channels: entering, ...map }) => {
        const widen = sequential(
          convolution('convx', embeddingSize, POINT, convolutional),
          norm('convx_bn'),
          prelu('convx_relu'),
        );
        const pool = sequential(fixedNorm('bn6f'), equalizeNorms(), globalAverage());
        const input = { channels: entering, ...map };
        if (embeddingSize > entering) return sequential(widen, pool, flatten(), lastNorm)(input);
        if (embeddingSize === entering) return sequential(pool, flatten(), lastNorm)(input);
        return sequential(pool, fixedNorm('bn6w'), normed)(input);
      };
  }
}
