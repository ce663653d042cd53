import type { FeatureShape, GraphNode, Network, ParameterSpec } from '#model-zoo';
import { channelsFirstShape, toChannelsFirst } from '#model-zoo';
import { namedStatistics, type BackboneValues } from '../backbone-values.js';
import type { InputRange } from './onnx-format.js';
import type { OnnxAttribute, OnnxNode, OnnxTensor } from './onnx-messages.js';

export const INPUT = 'input';
export const EMBEDDING = 'embedding';
/** What is done to pixels that come `normalized`, by InsightFace before it runs a model. */
const NORMALIZED_OFFSET = 127.5;
const NORMALIZED_SCALE = 1 / 127.5;

/** A network in ONNX's operators: channels first, the weights in PyTorch's order. */
export interface OnnxGraph {
  readonly nodes: readonly OnnxNode[];
  readonly tensors: readonly OnnxTensor[];
}

/**
 * Turns a network's graph into ONNX's. Nodes are called `<operator>_<layer>`: InsightFace's Python package takes a model whose first
 * eight nodes have names that begin with `Sub` and with `Mul` to normalise by itself (arcface_onnx.py), and any other not.
 */
export function onnxGraphOf(network: Network, values: BackboneValues, range: InputRange): OnnxGraph {
  const drawing = new Drawing(network, values, range);
  const graph = network.graph();
  for (const node of graph) drawing.add(node, graph);
  return drawing;
}

class Drawing implements OnnxGraph {
  readonly nodes: OnnxNode[] = [];
  readonly tensors: OnnxTensor[] = [];
  /** Where an earlier node's output is to be found: its name here, and whether it has but two axes. */
  private readonly drawn = new Map<string, { readonly name: string; readonly isFlat: boolean }>();
  private readonly specs: ReadonlyMap<string, ParameterSpec>;
  private readonly statistics: ReadonlyMap<string, Float32Array>;

  constructor(
    network: Network,
    private readonly values: BackboneValues,
    private readonly range: InputRange,
  ) {
    this.specs = new Map(network.parameters.map((spec) => [spec.name, spec]));
    this.statistics = new Map(namedStatistics(network, values.statistics).map(({ name, values: of }) => [name, of]));
  }

  add(node: GraphNode, graph: readonly GraphNode[]): void {
    const inputs = node.inputs.map((name) => this.drawn.get(name)!);
    const isFlat = node.op.kind === 'flatten' || inputs[0]?.isFlat === true;
    const output = node === graph.at(-1) ? EMBEDDING : node.name;
    const name = this.draw(node, { inputs: inputs.map((input) => input.name), isFlat, output, graph });
    this.drawn.set(node.name, { name, isFlat });
  }

  /** Returns the name of the node's output. */
  private draw({ op, name, inputs: sources }: GraphNode, { inputs, isFlat, output, graph }: Place): string {
    const put = (opType: string, more: readonly string[] = [], attributes: Attributes = {}) =>
      this.put(opType, [...inputs, ...more], output, attributes);
    switch (op.kind) {
      case 'input':
        return INPUT;
      // Nothing in use.
      case 'dropout':
        return inputs[0]!;
      case 'normalizePixels':
        return this.normalize(op, inputs[0]!, output);
      case 'convolution':
        return put('Conv', this.parameters(op.weight, op.bias), {
          group: { int: op.groups },
          ...window(op),
          dilations: { ints: [1, 1] },
        });
      case 'dense':
        return put('Gemm', this.parameters(op.weight, op.bias), { transB: { int: 1 } });
      case 'batchNorm': {
        const gamma = op.isGammaFixed ? this.ones(op.gamma) : this.parameter(op.gamma);
        const running = ['moving_mean', 'moving_var'].map((suffix) => this.statistic(`${op.statistic}_${suffix}`));
        return put('BatchNormalization', [gamma, this.parameter(op.beta), ...running], { epsilon: { float: op.epsilon } });
      }
      case 'prelu':
        return put('PRelu', [this.slope(op.slope, isFlat)]);
      case 'relu':
        return put('Relu');
      case 'sigmoid':
        return put('Sigmoid');
      case 'maxPool':
        return put('MaxPool', [], window(op));
      case 'averagePool':
        return put('AveragePool', [], window(op));
      case 'globalAverage':
        return put('GlobalAveragePool');
      case 'add':
        return put('Add');
      case 'multiply':
        return put('Mul');
      case 'concatenate':
        return put('Concat', [], { axis: { int: 1 } });
      case 'flatten': {
        const source = graph.find((node) => node.name === sources[0])!.output;
        const from = this.isOrderFree(name, source, graph) ? inputs[0]! : this.channelsLast(inputs[0]!, name);
        return this.put('Flatten', [from], output, { axis: { int: 1 } });
      }
      case 'equalizeNorms': {
        const x = inputs[0]!;
        const sums = this.put('ReduceSumSquare', [x], `${name}_sum`, { axes: { ints: [1] } });
        const raised = this.put('Add', [sums, this.scalar(`${name}_floor`, op.floor)], `${name}_raised`);
        const norms = this.put('Sqrt', [raised], `${name}_norm`);
        const mean = this.put('ReduceMean', [norms], `${name}_mean`, { axes: { ints: [2, 3] } });
        return put('Mul', [this.put('Div', [mean, norms], `${name}_scale`)]);
      }
    }
  }

  /** With inputs that are normalised already there is at most a factor between /127.5 and the network's own scale. */
  private normalize({ offset, scale }: { offset: number; scale: number }, input: string, output: string): string {
    if (this.range === 'raw') {
      const centered = this.put('Sub', [input, this.scalar('pixel_offset', offset)], `${output}_centered`);
      return this.put('Mul', [centered, this.scalar('pixel_scale', scale)], output);
    }
    if (offset !== NORMALIZED_OFFSET) throw new RangeError(`Pixels that are moved by ${offset} have no normalized form`);
    const factor = scale / NORMALIZED_SCALE;
    return factor === 1 ? input : this.put('Mul', [input, this.scalar('input_scale', factor)], output);
  }

  /** True where a map's order does not show: dense layers have their weights in PyTorch's order, one position is no order. */
  private isOrderFree(flattened: string, { height, width }: FeatureShape, graph: readonly GraphNode[]): boolean {
    if (height * width === 1) return true;
    const readers = graph.filter((node) => node.inputs.includes(flattened));
    return readers.length > 0 && readers.every((node) => node.op.kind === 'dense');
  }

  private channelsLast(input: string, name: string): string {
    return this.put('Transpose', [input], `${name}_channels_last`, { perm: { ints: [0, 2, 3, 1] } });
  }

  private put(opType: string, inputs: readonly string[], output: string, attributes: Attributes = {}): string {
    this.nodes.push({ name: `${opType}_${output}`, opType, inputs, output, attributes });
    return output;
  }

  private parameters(weight: string, bias: string | null): string[] {
    return [this.parameter(weight), ...(bias === null ? [] : [this.parameter(bias)])];
  }

  private parameter(name: string): string {
    const spec = this.specs.get(name)!;
    const values = () => toChannelsFirst(spec, this.values.parameters.get(name)!);
    return this.tensor({ name, dims: channelsFirstShape(spec), values });
  }

  private ones(name: string): string {
    const dims = this.specs.get(name)!.shape;
    return this.tensor({ name, dims, values: () => new Float32Array(dims[0]!).fill(1) });
  }

  private slope(name: string, isFlat: boolean): string {
    const count = this.specs.get(name)!.shape[0]!;
    const dims = isFlat ? [count] : [count, 1, 1];
    return this.tensor({ name, dims, values: () => this.values.parameters.get(name)! });
  }

  private statistic(name: string): string {
    const values = this.statistics.get(name)!;
    return this.tensor({ name, dims: [values.length], values: () => values });
  }

  private scalar(name: string, value: number): string {
    return this.tensor({ name, dims: [], values: () => Float32Array.of(value) });
  }

  private tensor(tensor: OnnxTensor): string {
    this.tensors.push(tensor);
    return tensor.name;
  }
}

type Attributes = Readonly<Record<string, OnnxAttribute>>;

interface Place {
  readonly inputs: readonly string[];
  readonly isFlat: boolean;
  readonly output: string;
  readonly graph: readonly GraphNode[];
}

function window({ kernel, stride, pad }: { kernel: number; stride: number; pad: number }): Attributes {
  return {
    kernel_shape: { ints: [kernel, kernel] },
    strides: { ints: [stride, stride] },
    pads: { ints: [pad, pad, pad, pad] },
  };
}
