import type { FeatureShape } from '../feature-shape.js';
import type { GraphNode, GraphOp } from '../graph.js';

/** Values of a graph's parameters and running statistics by name, in the network's order of axes. */
export interface GraphValues {
  parameter(name: string): ArrayLike<number>;
  statistic(batchNorm: string): { readonly mean: ArrayLike<number>; readonly variance: ArrayLike<number> };
}

interface Value {
  readonly shape: FeatureShape;
  readonly data: Float64Array;
}

/**
 * Embedding of one image by the graph's own words: plain loops in float64 that share nothing with the layers.
 * @param pixels height x width x 3.
 */
export function interpretGraph(nodes: readonly GraphNode[], values: GraphValues, pixels: ArrayLike<number>): Float64Array {
  const results = new Map<string, Value>();
  for (const node of nodes) {
    const inputs = node.inputs.map((name) => results.get(name)!);
    const data = node.op.kind === 'input' ? Float64Array.from(pixels) : compute(node.op, node.output, inputs, values);
    if (data.length !== sizeOf(node.output)) throw new RangeError(`${node.name} is not as large as its shape`);
    if (results.has(node.name)) throw new RangeError(`Two nodes are called ${node.name}`);
    results.set(node.name, { shape: node.output, data });
  }
  return results.get(nodes.at(-1)!.name)!.data;
}

const sizeOf = ({ height, width, channels }: FeatureShape): number => height * width * channels;

type Computation = Exclude<GraphOp, { kind: 'input' }>;

function compute(op: Computation, output: FeatureShape, inputs: readonly Value[], values: GraphValues): Float64Array {
  const x = inputs[0]!;
  const { channels } = x.shape;
  switch (op.kind) {
    case 'normalizePixels':
      return x.data.map((value) => (value - op.offset) * op.scale);
    case 'convolution':
      return convolve(op, output, x, values);
    case 'batchNorm': {
      const { mean, variance } = values.statistic(op.statistic);
      const gamma = op.isGammaFixed ? null : values.parameter(op.gamma);
      const beta = values.parameter(op.beta);
      return x.data.map((value, index) => {
        const c = index % channels;
        return ((gamma?.[c] ?? 1) * (value - mean[c]!)) / Math.sqrt(variance[c]! + op.epsilon) + beta[c]!;
      });
    }
    case 'prelu': {
      const slope = values.parameter(op.slope);
      return x.data.map((value, index) => (value > 0 ? value : value * slope[index % slope.length]!));
    }
    case 'relu':
      return x.data.map((value) => Math.max(value, 0));
    case 'sigmoid':
      return x.data.map((value) => 1 / (1 + Math.exp(-value)));
    case 'maxPool':
      return eachWindow(op, output, x, (seen) => Math.max(...seen));
    case 'averagePool':
      return eachWindow(op, output, x, (seen) => seen.reduce((sum, value) => sum + value, 0) / seen.length);
    case 'globalAverage': {
      const means = new Float64Array(channels);
      x.data.forEach((value, index) => (means[index % channels]! += (value * channels) / x.data.length));
      return means;
    }
    case 'equalizeNorms': {
      const norms = Array.from({ length: x.data.length / channels }, (_, p) =>
        Math.sqrt(x.data.subarray(p * channels, (p + 1) * channels).reduce((sum, value) => sum + value ** 2, op.floor)),
      );
      const mean = norms.reduce((sum, norm) => sum + norm, 0) / norms.length;
      return x.data.map((value, index) => (value * mean) / norms[Math.floor(index / channels)]!);
    }
    case 'add':
      return x.data.map((value, index) => value + inputs[1]!.data[index]!);
    case 'multiply': {
      const by = inputs[1]!.data;
      return x.data.map((value, index) => value * by[index % by.length]!);
    }
    case 'concatenate': {
      const { height, width } = output;
      return Float64Array.from(
        Array.from({ length: height * width }, (_, p) =>
          inputs.flatMap(({ shape, data }) => [...data.subarray(p * shape.channels, (p + 1) * shape.channels)]),
        ).flat(),
      );
    }
    case 'flatten':
    case 'dropout':
      return x.data;
    case 'dense': {
      const weight = values.parameter(op.weight);
      const bias = op.bias === null ? null : values.parameter(op.bias);
      const { size } = op;
      const y = Float64Array.from({ length: size }, (_, column) => bias?.[column] ?? 0);
      for (let row = 0; row < channels; row++) {
        for (let column = 0; column < size; column++) y[column]! += x.data[row]! * weight[row * size + column]!;
      }
      return y;
    }
  }
}

type Convolution = Extract<GraphOp, { kind: 'convolution' }>;

/** Weights are kernel x kernel x inputs of one group x outputs; depthwise ones, kernel x kernel x channels x 1, lie the same. */
function convolve(op: Convolution, output: FeatureShape, x: Value, values: GraphValues): Float64Array {
  const { kernel, groups, channels: outputs } = op;
  const { width, channels } = x.shape;
  const weight = values.parameter(op.weight);
  const bias = op.bias === null ? null : values.parameter(op.bias);
  const [inputsPerGroup, outputsPerGroup] = [channels / groups, outputs / groups];
  const y = new Float64Array(sizeOf(output));
  eachPosition(op, output, x.shape, (at, row, column, tap) => {
    for (let c = 0; c < channels; c++) {
      const value = x.data[(row * width + column) * channels + c]!;
      const group = Math.floor(c / inputsPerGroup);
      const first = group * outputsPerGroup;
      const from = (tap * inputsPerGroup + (c % inputsPerGroup)) * outputs;
      for (let o = first; o < first + outputsPerGroup; o++) y[at * outputs + o]! += value * weight[from + o]!;
    }
  });
  if (weight.length !== kernel * kernel * inputsPerGroup * outputs) throw new RangeError(`${op.weight} has another size`);
  return bias ? y.map((value, index) => value + bias[index % outputs]!) : y;
}

type Pooling = Extract<GraphOp, { kind: 'maxPool' | 'averagePool' }>;

function eachWindow(op: Pooling, output: FeatureShape, x: Value, reduce: (seen: number[]) => number): Float64Array {
  const { width, channels } = x.shape;
  const y = new Float64Array(sizeOf(output));
  for (let c = 0; c < channels; c++) {
    const seen: number[][] = Array.from({ length: y.length / channels }, () => []);
    eachPosition(op, output, x.shape, (at, row, column) => seen[at]!.push(x.data[(row * width + column) * channels + c]!));
    seen.forEach((window, at) => (y[at * channels + c] = reduce(window)));
  }
  return y;
}

/** Visits what each window sees: the output's position, row and column of the input, place in the window. Not the padding. */
function eachPosition(
  { kernel, stride, pad }: Convolution | Pooling,
  output: FeatureShape,
  shape: FeatureShape,
  visit: (at: number, row: number, column: number, tap: number) => void,
): void {
  for (let at = 0; at < output.height * output.width; at++) {
    const top = Math.floor(at / output.width) * stride - pad;
    const left = (at % output.width) * stride - pad;
    for (let tap = 0; tap < kernel * kernel; tap++) {
      const [row, column] = [top + Math.floor(tap / kernel), left + (tap % kernel)];
      if (row >= 0 && row < shape.height && column >= 0 && column < shape.width) visit(at, row, column, tap);
    }
  }
}
