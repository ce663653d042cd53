import type { FeatureShape } from './feature-shape.js';

/** What a node computes, with what it needs; names are those of parameters and of running statistics. */
export type GraphOp =
  /** Raw pixels, RGB 0..255. */
  | { readonly kind: 'input' }
  /** (x - offset) x scale. */
  | { readonly kind: 'normalizePixels'; readonly offset: number; readonly scale: number }
  | {
      readonly kind: 'convolution';
      readonly weight: string;
      readonly bias: string | null;
      readonly channels: number;
      readonly groups: number;
      readonly kernel: number;
      readonly stride: number;
      readonly pad: number;
    }
  | { readonly kind: 'dense'; readonly weight: string; readonly bias: string | null; readonly size: number }
  | {
      readonly kind: 'batchNorm';
      readonly gamma: string;
      readonly beta: string;
      readonly statistic: string;
      readonly epsilon: number;
      /** True: computed with 1, whatever gamma holds. */
      readonly isGammaFixed: boolean;
    }
  /** One slope per channel, or one for all. */
  | { readonly kind: 'prelu'; readonly slope: string; readonly isShared: boolean }
  | { readonly kind: 'relu' | 'sigmoid' | 'flatten' | 'globalAverage' | 'add' | 'multiply' | 'concatenate' }
  /** x(p) mean|x| / |x(p)|, where |x(p)| = sqrt(sum of x(p)^2 over channels + floor) and the mean is the image's. */
  | { readonly kind: 'equalizeNorms'; readonly floor: number }
  | { readonly kind: 'maxPool' | 'averagePool'; readonly kernel: number; readonly stride: number; readonly pad: number }
  /** Nothing in use; in training that share of values is set to zero. */
  | { readonly kind: 'dropout'; readonly rate: number };

export interface GraphNode {
  /** Unique; that of the layer where it has one. */
  readonly name: string;
  readonly op: GraphOp;
  /** Names of earlier nodes. `multiply` takes a map and a gate of 1 x 1; `concatenate` is along channels. */
  readonly inputs: readonly string[];
  readonly output: FeatureShape;
}

/** Collects the nodes of a network, each after its inputs: what exporters walk. */
export class GraphBuilder {
  readonly nodes: GraphNode[] = [];
  private readonly counts = new Map<string, number>();

  /** @returns the node's name: `name`, or the kind with a number. */
  add(op: GraphOp, inputs: readonly string[], output: FeatureShape, name?: string): string {
    const count = this.counts.get(op.kind) ?? 0;
    if (name === undefined) this.counts.set(op.kind, count + 1);
    const node = { name: name ?? `${op.kind}_${count}`, op, inputs, output };
    this.nodes.push(node);
    return node.name;
  }
}
