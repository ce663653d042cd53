import { FunctionBuilder, i32, loop, seq, set, stride, type Code, type Lanes, type Local } from './assembler.js';

/**
 * `copyRuns(source, target, runBytes, sourceStep, targetStep, count)`, `addRuns`: moves `count` runs of `runBytes`, as in a
 * row of pixels that becomes a row of filter windows, or a row of windows that is added up to pixels.
 */
export function runs(name: 'copyRuns' | 'addRuns'): FunctionBuilder {
  const f = new FunctionBuilder(name, ['i32', 'i32', 'i32', 'i32', 'i32', 'i32']);
  const [source, target, bytes, sourceStep, targetStep, count] = f.parameters(6);
  const run = f.local('i32');
  const move = (lanes: Lanes, vectors: number, at: Local): Code =>
    seq(
      ...Array.from({ length: vectors }, (_, i) => {
        const value = lanes.load(i32.add(source, at), i * lanes.bytes);
        const to = i32.add(target, at);
        const sum = name === 'copyRuns' ? value : lanes.add(lanes.load(to, i * lanes.bytes), value);
        return lanes.store(to, sum, i * lanes.bytes);
      }),
    );
  return f.body(
    loop(
      run,
      count,
      1,
      stride(f, bytes, 4, move),
      set(source, i32.add(source, sourceStep)),
      set(target, i32.add(target, targetStep)),
    ),
  );
}

/** Bytes of an entry of the table that {@link depthwise} reads: x, xStep, y, yStep, count, w, each 4 bytes. */
export const TAP_BYTES = 24;

/**
 * `depthwise(taps, end, channelBytes)`, `depthwiseGradFilter`: taps of a depthwise convolution, each over `count` pixels. The
 * first adds `x w` to y, the second the sum of `x y` to w. All taps of a few channels before the next ones, so that their
 * pixels stay in the first-level cache.
 */
export function depthwise(name: 'depthwise' | 'depthwiseGradFilter'): FunctionBuilder {
  const f = new FunctionBuilder(name, ['i32', 'i32', 'i32']);
  const [taps, end, bytes] = f.parameters(3);
  const [tap, pixel, x, y, w] = f.locals('i32', 5);
  const [xStep, yStep, count] = f.locals('i32', 3);
  const isGradient = name === 'depthwiseGradFilter';

  const block = (lanes: Lanes, vectors: number, at: Local): Code => {
    const weights = f.locals(lanes.type, vectors);
    const each = (make: (weight: Local, offset: number) => Code) => weights.map((weight, i) => make(weight, i * lanes.bytes));
    return seq(
      set(tap, taps),
      loop(
        tap,
        end,
        TAP_BYTES,
        set(x, i32.add(i32.load(tap), at)),
        set(xStep, i32.load(tap, 4)),
        set(y, i32.add(i32.load(tap, 8), at)),
        set(yStep, i32.load(tap, 12)),
        set(count, i32.load(tap, 16)),
        set(w, i32.add(i32.load(tap, 20), at)),
        ...each((weight, offset) => set(weight, isGradient ? lanes.zero() : lanes.load(w, offset))),
        set(pixel, 0),
        loop(
          pixel,
          count,
          1,
          ...each((weight, offset) =>
            isGradient
              ? set(weight, lanes.add(weight, lanes.mul(lanes.load(x, offset), lanes.load(y, offset))))
              : lanes.store(y, lanes.add(lanes.load(y, offset), lanes.mul(lanes.load(x, offset), weight)), offset),
          ),
          set(x, i32.add(x, xStep)),
          set(y, i32.add(y, yStep)),
        ),
        ...(isGradient ? each((weight, offset) => lanes.store(w, lanes.add(lanes.load(w, offset), weight), offset)) : []),
      ),
    );
  };
  return f.body(stride(f, bytes, 4, block));
}

/** `zeros(target, bytes)` */
export function zeros(): FunctionBuilder {
  const f = new FunctionBuilder('zeros', ['i32', 'i32']);
  const [target, bytes] = f.parameters(2);
  return f.body(
    stride(f, bytes, 4, (lanes, vectors, at) =>
      seq(...Array.from({ length: vectors }, (_, i) => lanes.store(i32.add(target, at), lanes.zero(), i * lanes.bytes))),
    ),
  );
}
