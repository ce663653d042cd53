import { FunctionBuilder, i32, seq, set, stride } from './assembler.js';

/**
 * `sgdMomentum(bytes, param, velocity, grad, newParam, newVelocity, lr, momentum, weightDecay)`; the new ones may lie where the
 * old ones are.
 */
export function sgdMomentum(): FunctionBuilder {
  const f = new FunctionBuilder('sgdMomentum', ['i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'f32', 'f32', 'f32']);
  const [bytes, param, velocity, grad, newParam, newVelocity, lr, momentum, weightDecay] = f.parameters(9);
  return f.body(
    stride(f, bytes, 1, (lanes, _, at) => {
      const [w, v] = f.locals(lanes.type, 2);
      const decayed = lanes.add(lanes.load(i32.add(grad, at)), lanes.mul(w, lanes.splat(weightDecay)));
      return seq(
        set(w, lanes.load(i32.add(param, at))),
        set(
          v,
          lanes.sub(lanes.mul(lanes.load(i32.add(velocity, at)), lanes.splat(momentum)), lanes.mul(decayed, lanes.splat(lr))),
        ),
        lanes.store(i32.add(newVelocity, at), v),
        lanes.store(i32.add(newParam, at), lanes.add(w, v)),
      );
    }),
  );
}
