import { tf, vjp } from '#engine';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { Network } from '../network.js';
import { initialValues } from '../parameters.js';

/** The part of tfjs' engine that knows when a tensor comes and goes. It is not in its typings. */
interface TrackingEngine {
  trackTensor(tensor: Tensor, backend: unknown): void;
  disposeTensor(tensor: Tensor): void;
}

export interface MeasuredNetwork {
  /** Most bytes of tensors at once in the forward pass, beside what was there before. */
  readonly forwardBytes: number;
  /** The same in the backward pass, in which a gradient leaves as soon as it is complete. */
  readonly backwardBytes: number;
}

/** Bytes that a forward and a backward pass of `numImages` images hold at their most. Tensors that share memory count once. */
export function measureNetwork(network: Network, numImages: number): MeasuredNetwork {
  const engine = tf.engine() as unknown as TrackingEngine;
  const [track, dispose] = [engine.trackTensor.bind(engine), engine.disposeTensor.bind(engine)];
  const held = new Map<object, { references: number; bytes: number }>();
  let bytes = 0;
  let peak = 0;
  engine.trackTensor = (tensor, backend) => {
    track(tensor, backend);
    const entry = held.get(tensor.dataId) ?? { references: 0, bytes: tensor.size * (tensor.dtype === 'bool' ? 1 : 4) };
    if (entry.references++ === 0) bytes += entry.bytes;
    peak = Math.max(peak, bytes);
    held.set(tensor.dataId, entry);
  };
  engine.disposeTensor = (tensor) => {
    const entry = held.get(tensor.dataId);
    if (entry && !tensor.isDisposed && --entry.references === 0) {
      bytes -= entry.bytes;
      held.delete(tensor.dataId);
    }
    dispose(tensor);
  };
  // They are known from the start: a pass that saves one for later takes no memory for it.
  const parameters = Object.fromEntries(
    network.parameters.map((spec) => [spec.name, tf.tensor(initialValues(spec, 1), [...spec.shape])]),
  );
  try {
    const images = tf.zeros<tf.Rank.R4>([numImages, network.height, network.width, 3]);
    const before = (peak = bytes);
    const trainable = network.parameters.filter(({ isTrainable }) => isTrainable);
    const dropoutKey = { seed: 1, step: 1, firstSample: 0 };
    const {
      value,
      pullback,
      dispose: forget,
    } = vjp(
      () => network.train(parameters, images, { bnGroupSize: numImages, dropoutKey }),
      Object.fromEntries(trainable.map(({ name }) => [name, parameters[name]!])),
    );
    const forwardBytes = peak - before;
    peak = bytes;
    const dy = tf.ones(value.shape);
    pullback(dy, (_, gradient) => gradient.dispose());
    const backwardBytes = peak - before;
    forget();
    tf.dispose([dy, images]);
    return { forwardBytes, backwardBytes };
  } finally {
    engine.trackTensor = track;
    engine.disposeTensor = dispose;
    tf.dispose(Object.values(parameters));
  }
}
