import { createHash } from 'node:crypto';
import { nameOf } from './mxnet-params.js';
import type { MxnetSymbol, SymbolNode } from './symbol.js';

/** What a symbol computes, without what does not matter: names of operators, training options, spellings. */
export interface CanonicalGraph {
  /** One per operator, each after its inputs, the embedding last: equal keys compute equal values from equal parameters. */
  readonly keys: readonly string[];
  /** Operator and attributes, for people. */
  readonly texts: readonly string[];
  readonly names: readonly string[];
  /** Factor on pixels; null: the symbol has none. */
  readonly pixelScale: number | null;
  /** Drop rate; null: there is no dropout. */
  readonly dropout: number | null;
  /** Every different epsilon of a batch norm. */
  readonly epsilons: readonly number[];
}

/** In use these hand on what comes in; a dense layer flattens by itself. */
const PASSING = new Set([
  '_copy',
  'identity',
  'Dropout',
  'Flatten',
  'flatten',
  'Cast',
  'cast',
  'amp_cast',
  'BlockGrad',
  'make_loss',
]);

const SPELLINGS: Readonly<Record<string, string>> = {
  _plus: 'add',
  _Plus: 'add',
  elemwise_add: 'add',
  broadcast_add: 'add',
  broadcast_plus: 'add',
  _mul: 'multiply',
  elemwise_mul: 'multiply',
  broadcast_mul: 'multiply',
  concat: 'Concat',
  _MinusScalar: '_minus_scalar',
  _MulScalar: '_mul_scalar',
  _PlusScalar: '_plus_scalar',
};
const COMMUTATIVE = new Set(['add', 'multiply']);

/** Attributes that change what is computed in use, and what MXNet takes where they are absent. */
const ATTRIBUTES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  Convolution: {
    kernel: '',
    stride: '(1, 1)',
    pad: '(0, 0)',
    dilate: '(1, 1)',
    num_filter: '',
    num_group: '1',
    no_bias: 'False',
  },
  FullyConnected: { num_hidden: '', no_bias: 'False', flatten: 'True' },
  BatchNorm: { eps: '0.001', fix_gamma: 'True', axis: '1' },
  LeakyReLU: { act_type: 'leaky' },
  Activation: { act_type: '' },
  Pooling: { global_pool: 'False', pool_type: 'max', kernel: '()', stride: '(1, 1)', pad: '(0, 0)', pooling_convention: 'valid' },
  Concat: { dim: '1' },
};
/** Of a pooling over the whole map. */
const GLOBAL_POOLING: Readonly<Record<string, string>> = { global_pool: 'False', pool_type: 'max' };

/** The node that is the embedding; what comes behind it is a head. */
const EMBEDDING = 'fc1';

/** Operators from the pixels to `fc1`, or to the only output where nothing is called so. */
export function canonicalGraph({ nodes, heads }: MxnetSymbol): CanonicalGraph {
  const embedding = nodes.findIndex(({ op, name }) => op !== 'null' && name === EMBEDDING);
  const end = embedding < 0 ? heads[0]! : embedding;
  const needed = ancestorsOf(nodes, end);
  const keyOf: string[] = [];
  const [keys, texts, names]: [string[], string[], string[]] = [[], [], []];
  const epsilons = new Set<number>();
  let pixelScale: number | null = null;
  let dropout: number | null = null;
  for (const [at, node] of nodes.entries()) {
    if (!needed.has(at)) continue;
    const inputs = node.inputs.map((input) => keyOf[input]!);
    if (node.op === 'Dropout') dropout ??= Number(node.attrs['p'] ?? '0.5');
    if (node.op === 'null') keyOf[at] = node.name === 'data' ? 'data' : nameOf(node.name);
    else if (PASSING.has(node.op)) keyOf[at] = inputs[0] ?? '';
    else {
      const op = SPELLINGS[node.op] ?? node.op;
      const text = `${op}(${attributesOf(op, node.attrs)})`;
      if (op === '_mul_scalar') pixelScale ??= Number(node.attrs['scalar']);
      if (op === 'BatchNorm') epsilons.add(numberOf(node.attrs['eps'] ?? '0.001'));
      const ordered = COMMUTATIVE.has(op) ? inputs.toSorted() : inputs;
      // A digest: written out, the text of a deep network's last node would hold all before it many times over.
      const key = createHash('sha1')
        .update(`${text} ${ordered.join(' ')}`)
        .digest('base64');
      keyOf[at] = key;
      keys.push(key);
      texts.push(text);
      names.push(node.name);
    }
  }
  return { keys, texts, names, pixelScale, dropout, epsilons: [...epsilons] };
}

function ancestorsOf(nodes: readonly SymbolNode[], end: number): Set<number> {
  const needed = new Set([end]);
  for (let at = end; at >= 0; at--) if (needed.has(at)) for (const input of nodes[at]!.inputs) needed.add(input);
  return needed;
}

function attributesOf(op: string, attrs: SymbolNode['attrs']): string {
  if (op.endsWith('_scalar')) return `scalar ${numberOf(attrs['scalar'])}`;
  const isGlobal = op === 'Pooling' && /^(?:True|1)$/.test(attrs['global_pool'] ?? '');
  const defaults = isGlobal ? GLOBAL_POOLING : ATTRIBUTES[op];
  // Of an operator that no network here has, everything is told.
  if (!defaults)
    return Object.entries(attrs)
      .map(([name, value]) => `${name} ${canonical(value)}`)
      .join(', ');
  return Object.entries(defaults)
    .map(([name, value]) => `${name} ${canonical(attrs[name] ?? value)}`)
    .join(', ');
}

/** `(3,3)`, `[3, 3]` and `(3L, 3L)` are one, as are `1e-05` and `0.00001`, `True` and `1`. */
function canonical(value: string): string {
  const bare = value.slice(0, 200).replace(/[\s[\]()L]/g, '');
  if (bare === 'True') return '1';
  if (bare === 'False') return '0';
  return bare
    .split(',')
    .filter((part) => part !== '')
    .map((part) => (Number.isNaN(Number(part)) ? part : String(numberOf(part))))
    .join('x');
}

/** MXNet keeps attributes as float32 or prints them with few digits. */
function numberOf(text: string | undefined): number {
  return Number(Number(text ?? 'NaN').toPrecision(6));
}
