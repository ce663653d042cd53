import { mxnetStatisticNames, type GraphNode, type Network } from '#model-zoo';
import type { MxnetSymbol, SymbolNode } from './symbol.js';

/** Momentum of running statistics, as every network here has it. */
const MOMENTUM = '0.9';

const pair = (size: number): string => `(${size}, ${size})`;
const truth = (value: boolean): string => (value ? 'True' : 'False');

/**
 * A network as MXNet's symbol, for inference and training alike; names are those of the layers. What is several of MXNet's
 * operators has a node for each.
 */
export function symbolOf(network: Network): MxnetSymbol {
  const nodes: SymbolNode[] = [];
  const places = new Map<string, number>();
  const put = (op: string, name: string, attrs: SymbolNode['attrs'], inputs: readonly number[]): number => {
    nodes.push({ op, name, attrs, inputs });
    return nodes.length - 1;
  };
  const variable = (name: string): number => put('null', name, {}, []);
  for (const node of network.graph()) {
    const inputs = node.inputs.map((name) => places.get(name)!);
    places.set(node.name, draw(node, inputs, put, variable));
  }
  return { nodes, heads: [nodes.length - 1] };
}

type Put = (op: string, name: string, attrs: SymbolNode['attrs'], inputs: readonly number[]) => number;

function draw({ name, op }: GraphNode, inputs: readonly number[], put: Put, variable: (name: string) => number): number {
  switch (op.kind) {
    case 'input':
      return variable(name);
    case 'normalizePixels': {
      const centered = put('_minus_scalar', '_minusscalar0', { scalar: String(op.offset) }, inputs);
      return put('_mul_scalar', '_mulscalar0', { scalar: String(op.scale) }, [centered]);
    }
    case 'convolution': {
      const tensors = [op.weight, ...(op.bias === null ? [] : [op.bias])].map(variable);
      const attrs = {
        kernel: pair(op.kernel),
        stride: pair(op.stride),
        pad: pair(op.pad),
        num_filter: String(op.channels),
        num_group: String(op.groups),
        no_bias: truth(op.bias === null),
      };
      return put('Convolution', name, attrs, [...inputs, ...tensors]);
    }
    case 'dense': {
      const tensors = [op.weight, ...(op.bias === null ? [] : [op.bias])].map(variable);
      return put('FullyConnected', name, { num_hidden: String(op.size), no_bias: truth(op.bias === null) }, [
        ...inputs,
        ...tensors,
      ]);
    }
    case 'batchNorm': {
      const { mean, variance } = mxnetStatisticNames(op.statistic);
      const attrs = { eps: String(op.epsilon), momentum: MOMENTUM, fix_gamma: truth(op.isGammaFixed) };
      return put('BatchNorm', name, attrs, [...inputs, ...[op.gamma, op.beta, mean, variance].map(variable)]);
    }
    case 'prelu':
      // Without being told MXNet takes it that there is a slope for each channel.
      return put('LeakyReLU', name, { act_type: 'prelu' }, [
        ...inputs,
        op.isShared ? put('null', op.slope, { __shape__: '(1,)' }, []) : variable(op.slope),
      ]);
    case 'relu':
    case 'sigmoid':
      return put('Activation', name, { act_type: op.kind }, inputs);
    case 'globalAverage':
      return put('Pooling', name, { global_pool: 'True', kernel: pair(1), pool_type: 'avg' }, inputs);
    case 'maxPool':
    case 'averagePool': {
      const { kernel, stride, pad } = op;
      const attrs = {
        kernel: pair(kernel),
        stride: pair(stride),
        pad: pair(pad),
        pool_type: op.kind === 'maxPool' ? 'max' : 'avg',
      };
      return put('Pooling', name, attrs, inputs);
    }
    case 'flatten':
      return put('Flatten', name, {}, inputs);
    case 'add':
      return put('elemwise_add', name, {}, inputs);
    case 'multiply':
      return put('broadcast_mul', name, {}, inputs);
    case 'concatenate':
      return put('Concat', name, { dim: '1', num_args: String(inputs.length) }, inputs);
    case 'dropout':
      return put('Dropout', name, { p: String(op.rate) }, inputs);
    case 'equalizeNorms': {
      const squares = put('square', `${name}_square`, {}, inputs);
      const sums = put('sum', `${name}_sum`, { axis: '1', keepdims: 'True' }, [squares]);
      const norms = put('sqrt', `${name}_norm`, {}, [put('_plus_scalar', `${name}_above`, { scalar: String(op.floor) }, [sums])]);
      const means = put('mean', `${name}_mean`, { axis: '(2, 3)', keepdims: 'True' }, [norms]);
      const scales = put('broadcast_div', `${name}_scale`, {}, [means, norms]);
      return put('broadcast_mul', name, {}, [...inputs, scales]);
    }
  }
}
