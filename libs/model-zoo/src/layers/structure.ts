import { isRecording, tf } from '#engine';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { GraphOp } from '../graph.js';
import type { FeatureShape, ForwardContext, Layer, LayerFactory } from '../layer.js';

/** A layer that has no parameters and counts no operations; `op` says what it computes, null: nothing. */
export function stateless(
  output: FeatureShape,
  op: GraphOp | null,
  forward: (x: Tensor, context: ForwardContext) => Tensor,
): Layer {
  const draw: Layer['draw'] = (graph, input) => (op ? graph.add(op, [input], output) : input);
  return { output, parameters: [], statistics: [], flops: 0, forward, draw };
}

/** Layers one after the other. */
export function sequential(...factories: LayerFactory[]): LayerFactory {
  return (input) => {
    let shape: FeatureShape = input;
    const layers: Layer[] = factories.map((factory) => {
      const layer = factory(shape);
      shape = layer.output;
      return layer;
    });
    return {
      ...together(layers),
      output: shape,
      forward: (x, context) => layers.reduce((current, layer) => step(layer, current, current === x, context), x),
      draw: (graph, first) => layers.reduce((current, layer) => layer.draw(graph, current), first),
    };
  };
}

/**
 * One layer. Without a recording nothing looks back, so its input goes as soon as its output is there: a pass needs the memory of its
 * widest unit, not of all units together.
 */
function step(layer: Layer, input: Tensor, isBorrowed: boolean, context: ForwardContext): Tensor {
  if (isRecording()) return layer.forward(input, context);
  const output = tf.tidy(() => layer.forward(input, context));
  if (!isBorrowed && output !== input) input.dispose();
  return output;
}

/** `count` layers made by `make(0..count-1)`. */
export function repeat(count: number, make: (index: number) => LayerFactory): LayerFactory {
  return sequential(...Array.from({ length: count }, (_, index) => make(index)));
}

/** x, unchanged. */
export function identity(): LayerFactory {
  return (input) => stateless(input, null, (x) => x);
}

/** shortcut(x) + branch(x); both give the same shape. Without a shortcut x itself is added. */
export function residual(branch: LayerFactory, shortcut: LayerFactory = identity()): LayerFactory {
  return (input) => {
    const layers = [branch(input), shortcut(input)] as const;
    const [inner, outer] = layers;
    if (!hasSameShape(inner.output, outer.output)) {
      throw new RangeError('A residual branch must give the shape of its shortcut');
    }
    return {
      ...together(layers),
      output: inner.output,
      forward: (x, context) => tf.add(outer.forward(x, context), inner.forward(x, context)),
      draw: (graph, from) => {
        const branchEnd = inner.draw(graph, from);
        return graph.add({ kind: 'add' }, [branchEnd, outer.draw(graph, from)], inner.output);
      },
    };
  };
}

/** x, and behind its channels those of branch(x), on the same positions. */
export function appended(branch: LayerFactory): LayerFactory {
  return (input) => {
    const inner = branch(input);
    const { height, width, channels } = inner.output;
    if (height !== input.height || width !== input.width) {
      throw new RangeError('A branch that is appended must keep the size of its input');
    }
    const output = { height, width, channels: input.channels + channels };
    return {
      ...inner,
      output,
      forward: (x, context) => tf.concat([x, inner.forward(x, context)], 3),
      draw: (graph, from) => graph.add({ kind: 'concatenate' }, [from, inner.draw(graph, from)], output),
    };
  };
}

/** (x - offset) x scale: networks take raw pixels 0..255 and normalise by themselves, so that exported ones do too. */
export function normalizePixels(offset: number, scale: number): LayerFactory {
  return (input) => stateless(input, { kind: 'normalizePixels', offset, scale }, (x) => tf.mul(tf.sub(x, offset), scale));
}

/** B x H x W x C to B x (H W C). */
export function flatten(): LayerFactory {
  return (input) => {
    const size = input.height * input.width * input.channels;
    const output = { height: 1, width: 1, channels: size, flattened: input };
    return stateless(output, { kind: 'flatten' }, (x) => tf.reshape(x, [-1, size]));
  };
}

/** Everything that layers sum up to, whatever their order. */
function together(layers: readonly Layer[]): Pick<Layer, 'parameters' | 'statistics' | 'flops'> {
  return {
    parameters: layers.flatMap((layer) => layer.parameters),
    statistics: layers.flatMap((layer) => layer.statistics),
    flops: layers.reduce((sum, layer) => sum + layer.flops, 0),
  };
}

function hasSameShape(a: FeatureShape, b: FeatureShape): boolean {
  return a.height === b.height && a.width === b.width && a.channels === b.channels;
}
