import type { GraphEdge, GraphNode, NetworkGraph } from '../graph.js';

/** Values of a graph's parameters and running statistics by name, in the network's order of axes. */
export interface GraphValues {
  parameter(name: string): ArrayLike<number>;
  statistic(batchNorm: string): { readonly mean: ArrayLike<number>; readonly variance: ArrayLike<number> };
}

interface Value {
  readonly edge: GraphEdge;
  readonly data: Float64Array;
}

/**
 * Embedding of one image by the graph's own words: plain loops in float64 that share nothing with the layers.
 * @param pixels height x width x 3.
 */
export function interpretGraph(graph: NetworkGraph, values: GraphValues, pixels: ArrayLike<number>): Float64Array {
  const results = new Map<string, Value>([[graph.input.name, { edge: graph.input, data: Float64Array.from(pixels) }]]);
  for (const node of graph.nodes) {
    const inputs = node.inputs.map((name) => results.get(name)!);
    const data = compute(node, inputs, values);
    if (data.length !== sizeOf(node.output)) throw new RangeError(`${node.output.name} is not as large as its shape`);
    results.set(node.output.name, { edge: node.output, data });
  }
  return results.get(graph.output.name)!.data;
}

const sizeOf = ({ shape: { height, width, channels } }: GraphEdge): number => height * width * channels;

function compute(node: GraphNode, inputs: readonly Value[], values: GraphValues): Float64Array {
  const x = inputs[0]!;
  const { channels } = x.edge.shape;
  switch (node.op) {
    case 'normalize':
      return x.data.map((value) => (value - node.offset) * node.scale);
    case 'convolution':
      return convolve(node, x, values.parameter(node.weight), node.bias === null ? null : values.parameter(node.bias));
    case 'batch-norm': {
      const { mean, variance } = values.statistic(node.statistics);
      const gamma = node.gamma === null ? null : values.parameter(node.gamma);
      const beta = values.parameter(node.beta);
      return x.data.map((value, index) => {
        const c = index % channels;
        return ((gamma?.[c] ?? 1) * (value - mean[c]!)) / Math.sqrt(variance[c]! + node.epsilon) + beta[c]!;
      });
    }
    case 'prelu': {
      const slope = values.parameter(node.slope);
      return x.data.map((value, index) => (value > 0 ? value : value * slope[index % slope.length]!));
    }
    case 'relu':
      return x.data.map((value) => Math.max(value, 0));
    case 'sigmoid':
      return x.data.map((value) => 1 / (1 + Math.exp(-value)));
    case 'max-pool':
      return eachWindow(node, x, node.pad, (seen) => Math.max(...seen));
    case 'average-pool':
      return eachWindow(node, x, 0, (seen) => seen.reduce((sum, value) => sum + value, 0) / seen.length);
    case 'global-average': {
      const means = new Float64Array(channels);
      x.data.forEach((value, index) => (means[index % channels]! += (value * channels) / x.data.length));
      return means;
    }
    case 'equalize-norms': {
      const norms = Array.from({ length: x.data.length / channels }, (_, p) =>
        Math.sqrt(x.data.subarray(p * channels, (p + 1) * channels).reduce((sum, value) => sum + value ** 2, node.floor)),
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
      const { height, width } = node.output.shape;
      return Float64Array.from(
        Array.from({ length: height * width }, (_, p) =>
          inputs.flatMap(({ edge: { shape }, data }) => [...data.subarray(p * shape.channels, (p + 1) * shape.channels)]),
        ).flat(),
      );
    }
    case 'flatten':
      return x.data;
    case 'dense': {
      const weight = values.parameter(node.weight);
      const bias = node.bias === null ? null : values.parameter(node.bias);
      const size = node.output.shape.channels;
      const y = Float64Array.from({ length: size }, (_, column) => bias?.[column] ?? 0);
      for (let row = 0; row < channels; row++) {
        for (let column = 0; column < size; column++) y[column]! += x.data[row]! * weight[row * size + column]!;
      }
      return y;
    }
  }
}

type Convolution = Extract<GraphNode, { op: 'convolution' }>;

/** Weights are kernel x kernel x inputs of one group x outputs; depthwise ones, kernel x kernel x channels x 1, lie the same. */
function convolve(node: Convolution, x: Value, weight: ArrayLike<number>, bias: ArrayLike<number> | null): Float64Array {
  const { kernel, groups } = node;
  const { width, channels } = x.edge.shape;
  const outputs = node.output.shape.channels;
  const [inputsPerGroup, outputsPerGroup] = [channels / groups, outputs / groups];
  const y = new Float64Array(sizeOf(node.output));
  eachPosition(node, x, node.pad, (at, row, column, tap) => {
    for (let c = 0; c < channels; c++) {
      const value = x.data[(row * width + column) * channels + c]!;
      const group = Math.floor(c / inputsPerGroup);
      const first = group * outputsPerGroup;
      const from = (tap * inputsPerGroup + (c % inputsPerGroup)) * outputs;
      for (let o = first; o < first + outputsPerGroup; o++) y[at * outputs + o]! += value * weight[from + o]!;
    }
  });
  if (weight.length !== kernel * kernel * inputsPerGroup * outputs) throw new RangeError(`${node.weight} has another size`);
  return bias ? y.map((value, index) => value + bias[index % outputs]!) : y;
}

type Pooling = Extract<GraphNode, { op: 'max-pool' | 'average-pool' }>;

function eachWindow(node: Pooling, x: Value, pad: number, reduce: (seen: number[]) => number): Float64Array {
  const { width, channels } = x.edge.shape;
  const y = new Float64Array(sizeOf(node.output));
  for (let c = 0; c < channels; c++) {
    const seen: number[][] = Array.from({ length: y.length / channels }, () => []);
    eachPosition(node, x, pad, (at, row, column) => seen[at]!.push(x.data[(row * width + column) * channels + c]!));
    seen.forEach((window, at) => (y[at * channels + c] = reduce(window)));
  }
  return y;
}

/** Visits what each window sees: the output's position, row and column of the input, place in the window. Not the padding. */
function eachPosition(
  { kernel, stride, output }: Convolution | Pooling,
  { edge: { shape } }: Value,
  pad: number,
  visit: (at: number, row: number, column: number, tap: number) => void,
): void {
  for (let at = 0; at < output.shape.height * output.shape.width; at++) {
    const top = Math.floor(at / output.shape.width) * stride - pad;
    const left = (at % output.shape.width) * stride - pad;
    for (let tap = 0; tap < kernel * kernel; tap++) {
      const [row, column] = [top + Math.floor(tap / kernel), left + (tap % kernel)];
      if (row >= 0 && row < shape.height && column >= 0 && column < shape.width) visit(at, row, column, tap);
    }
  }
}
