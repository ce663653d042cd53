import type { FeatureShape } from './feature-shape.js';

/** A value between operations: B x height x width x channels, or B x channels where it is flat. */
export interface GraphEdge {
  readonly name: string;
  readonly shape: FeatureShape;
  readonly isFlat: boolean;
}

/**
 * What a node computes; x is its (first) input. Weights and vectors are named as in `Network.parameters`, which says their order of
 * axes, running statistics as in `Network.statistics`. Channels are the last axis.
 */
export type GraphOperation =
  /** (x - offset) x scale. */
  | { readonly op: 'normalize'; readonly offset: number; readonly scale: number }
  /** Zero padding on each side. Output channels of a group see the input channels of the same group only. */
  | {
      readonly op: 'convolution';
      readonly weight: string;
      readonly bias: string | null;
      readonly groups: number;
      readonly kernel: number;
      readonly stride: number;
      readonly pad: number;
    }
  /** gamma (x - mean) / sqrt(variance + epsilon) + beta per channel; without gamma it is 1. */
  | {
      readonly op: 'batch-norm';
      readonly statistics: string;
      readonly gamma: string | null;
      readonly beta: string;
      readonly epsilon: number;
    }
  /** max(x, 0) + slope x min(x, 0); one slope per channel or one for all. */
  | { readonly op: 'prelu'; readonly slope: string }
  /** max(x, 0). */
  | { readonly op: 'relu' }
  /** 1 / (1 + exp(-x)). */
  | { readonly op: 'sigmoid' }
  /** Largest value of each window; the padding never wins. */
  | { readonly op: 'max-pool'; readonly kernel: number; readonly stride: number; readonly pad: number }
  /** Mean of each window; what fills no window is left out. */
  | { readonly op: 'average-pool'; readonly kernel: number; readonly stride: number }
  /** Mean over all positions, which stay as one. */
  | { readonly op: 'global-average' }
  /** x(p) mean|x| / |x(p)|, where |x(p)| = sqrt(sum of x(p)^2 over channels + floor) and the mean is the image's. */
  | { readonly op: 'equalize-norms'; readonly floor: number }
  /** Sum of both inputs. */
  | { readonly op: 'add' }
  /** Product of both inputs; the second may have one position only, which stands for all. */
  | { readonly op: 'multiply' }
  /** The inputs' channels, one input behind the other. */
  | { readonly op: 'concatenate' }
  /** Positions row by row, channels last. */
  | { readonly op: 'flatten' }
  /** x W + b on flat values. */
  | { readonly op: 'dense'; readonly weight: string; readonly bias: string | null };

export type GraphNode = GraphOperation & {
  /** Names of edges. */
  readonly inputs: readonly string[];
  readonly output: GraphEdge;
};

/** What a network computes in eval mode, from raw pixels (RGB, 0..255) to embeddings: for those who compute it elsewhere. */
export interface NetworkGraph {
  readonly input: GraphEdge;
  /** Each after the nodes that it reads from. */
  readonly nodes: readonly GraphNode[];
  readonly output: GraphEdge;
}

/** Collects the nodes of a graph. */
export class GraphBuilder {
  readonly nodes: GraphNode[] = [];
  private readonly names = new Set<string>();
  private readonly numUnnamed = new Map<string, number>();

  /** The edge that a graph starts from. */
  start(name: string, shape: FeatureShape): GraphEdge {
    return this.edge(name, shape, false);
  }

  /**
   * Adds a node and returns its output, which has the node's name; without one it is the operation's, numbered.
   *
   * @throws RangeError for a name that is taken.
   */
  add(operation: GraphOperation, inputs: readonly GraphEdge[], shape: FeatureShape, name?: string): GraphEdge {
    const { op } = operation;
    const isFlat = op === 'flatten' || inputs[0]!.isFlat;
    const output = this.edge(name ?? this.unnamed(op), shape, isFlat);
    this.nodes.push({ ...operation, inputs: inputs.map((input) => input.name), output });
    return output;
  }

  private edge(name: string, shape: FeatureShape, isFlat: boolean): GraphEdge {
    if (this.names.has(name)) throw new RangeError(`Two operations are called ${name}`);
    this.names.add(name);
    return { name, shape, isFlat };
  }

  private unnamed(op: string): string {
    const number = (this.numUnnamed.get(op) ?? 0) + 1;
    this.numUnnamed.set(op, number);
    return `${op}_${number}`;
  }
}
