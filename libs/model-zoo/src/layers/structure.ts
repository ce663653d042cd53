import { tf } from '#engine';
import type { FeatureShape, Layer, LayerFactory } from '../layer.js';

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
      output: shape,
      parameters: layers.flatMap((layer) => layer.parameters),
      statistics: layers.flatMap((layer) => layer.statistics),
      forward: (x, context) => layers.reduce((current, layer) => layer.forward(current, context), x),
    };
  };
}

/** `count` layers made by `make(0..count-1)`. */
export function repeat(count: number, make: (index: number) => LayerFactory): LayerFactory {
  return sequential(...Array.from({ length: count }, (_, index) => make(index)));
}

/** x + inner(x); the inner layer keeps the shape. */
export function residual(factory: LayerFactory): LayerFactory {
  return (input) => {
    const inner = factory(input);
    const { height, width, channels } = inner.output;
    if (height !== input.height || width !== input.width || channels !== input.channels) {
      throw new RangeError('A residual branch must keep the shape of its input');
    }
    return { ...inner, forward: (x, context) => tf.add(x, inner.forward(x, context)) };
  };
}

/** (x - offset) x scale: networks take raw pixels 0..255 and normalise by themselves, so that exported ones do too. */
export function normalizePixels(offset: number, scale: number): LayerFactory {
  return (input) => ({
    output: input,
    parameters: [],
    statistics: [],
    forward: (x) => tf.mul(tf.sub(x, offset), scale),
  });
}

/** B x H x W x C to B x (H W C). */
export function flatten(): LayerFactory {
  return ({ height, width, channels }) => ({
    output: { height: 1, width: 1, channels: height * width * channels },
    parameters: [],
    statistics: [],
    forward: (x) => tf.reshape(x, [-1, height * width * channels]),
  });
}
