import {
  code,
  f32,
  FunctionBuilder,
  i32,
  seq,
  set,
  stride,
  type Code,
  type Lanes,
  type Local,
  type Operand,
} from './assembler.js';

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

/**
 * `adamW(bytes, param, moment1, moment2, grad, newParam, newMoment1, newMoment2, decay, beta1, complement1, beta2, complement2,
 * stepSize, rootScale, epsilon)`; the new ones may lie where the old ones are.
 */
export function adamW(): FunctionBuilder {
  const f = new FunctionBuilder('adamW', [...new Array<'i32'>(8).fill('i32'), ...new Array<'f32'>(8).fill('f32')]);
  const [bytes, param, moment1, moment2, grad, newParam, newMoment1, newMoment2, ...constants] = f.parameters(16);
  const [decay, beta1, complement1, beta2, complement2, stepSize, rootScale, epsilon] = constants;
  return f.body(
    stride(f, bytes, 1, (lanes, _, at) => {
      const [g, m1, m2] = f.locals(lanes.type, 3);
      const mixed = (moment: Local, beta: Local, value: Code, complement: Local) =>
        lanes.add(lanes.mul(lanes.load(i32.add(moment, at)), lanes.splat(beta)), lanes.mul(value, lanes.splat(complement)));
      const denominator = lanes.add(lanes.mul(lanes.sqrt(m2), lanes.splat(rootScale)), lanes.splat(epsilon));
      const decayed = lanes.mul(lanes.load(i32.add(param, at)), lanes.splat(decay));
      return seq(
        set(g, lanes.load(i32.add(grad, at))),
        set(m1, mixed(moment1, beta1, code(g), complement1)),
        set(m2, mixed(moment2, beta2, lanes.mul(g, g), complement2)),
        lanes.store(i32.add(newMoment1, at), m1),
        lanes.store(i32.add(newMoment2, at), m2),
        lanes.store(i32.add(newParam, at), lanes.sub(decayed, lanes.div(lanes.mul(m1, lanes.splat(stepSize)), denominator))),
      );
    }),
  );
}

/** `movingAverage(bytes, average, value, newAverage, decay, complement)`; the new one may lie where the old one is. */
export function movingAverage(): FunctionBuilder {
  const f = new FunctionBuilder('movingAverage', ['i32', 'i32', 'i32', 'i32', 'f32', 'f32']);
  const [bytes, average, value, newAverage, decay, complement] = f.parameters(6);
  return f.body(
    stride(f, bytes, 1, (lanes, _, at) =>
      lanes.store(
        i32.add(newAverage, at),
        lanes.add(
          lanes.mul(lanes.load(i32.add(average, at)), lanes.splat(decay)),
          lanes.mul(lanes.load(i32.add(value, at)), lanes.splat(complement)),
        ),
      ),
    ),
  );
}

/** Results above the first are infinite, below the second zero (float32 would have denormals down to -103.3). */
const EXP_MAX = 88.72283;
const EXP_MIN = -87.33654;
/** Adding 1.5 * 2^23 leaves no bits for fractions: the sum's low bits are the nearest integer. */
const ROUND = 12582912;
/** ln 2 in two parts; n times the first, 9 bits long, is exact. */
const LN2_HIGH = 0.693359375;
const LN2_LOW = Math.LN2 - LN2_HIGH;
const EXP_DEGREE = 7;

/** `exp(bytes, x, y)`: `2^n` times the Taylor series of the rest, which is at most ln 2 / 2; within 2 units in the last place. */
export function exp(): FunctionBuilder {
  const f = new FunctionBuilder('exp', ['i32', 'i32', 'i32']);
  const [bytes, from, to] = f.parameters(3);
  const one = (lanes: Lanes, at: Operand, offset: number): Code => {
    const constant = (value: number) => lanes.splat(f32.constant(value));
    const [x, shifted, n, r, y] = f.locals(lanes.type, 5);
    let factorial = 1;
    for (let k = 2; k <= EXP_DEGREE; k++) factorial *= k;
    const series: Code[] = [set(y, constant(1 / factorial))];
    for (let k = EXP_DEGREE; k >= 1; k--) {
      factorial /= k;
      series.push(set(y, lanes.add(lanes.mul(y, r), constant(1 / factorial))));
    }
    return seq(
      set(x, lanes.load(i32.add(from, at), offset)),
      set(shifted, lanes.add(lanes.mul(x, constant(Math.LOG2E)), constant(ROUND))),
      set(n, lanes.sub(shifted, constant(ROUND))),
      set(r, lanes.sub(lanes.sub(x, lanes.mul(n, constant(LN2_HIGH))), lanes.mul(n, constant(LN2_LOW)))),
      ...series,
      set(y, lanes.timesPowerOfTwo(y, shifted)),
      set(y, lanes.select(constant(Infinity), y, lanes.gt(x, constant(EXP_MAX)))),
      set(y, lanes.select(lanes.zero(), y, lanes.gt(constant(EXP_MIN), x))),
      lanes.store(i32.add(to, at), y, offset),
    );
  };
  return f.body(
    stride(f, bytes, 2, (lanes, vectors, at) =>
      seq(...Array.from({ length: vectors }, (_, i) => one(lanes, at, i * lanes.bytes))),
    ),
  );
}
