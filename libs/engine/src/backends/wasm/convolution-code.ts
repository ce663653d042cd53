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

/**
 * One tap of a depthwise convolution over `count` pixels: `(x, xStep, y, yStep, count, channelBytes, w)`.
 * `depthwise`: `y += x w`. `depthwiseGradFilter`: `w += sum(x y)`.
 */
export function depthwise(name: 'depthwise' | 'depthwiseGradFilter'): FunctionBuilder {
  const f = new FunctionBuilder(name, ['i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32']);
  const [x, xStep, y, yStep, count, bytes, w] = f.parameters(7);
  const [pixel, px, py, pw] = f.locals('i32', 4);
  const tap = (lanes: Lanes, vectors: number, at: Local): Code => {
    const weights = f.locals(lanes.type, vectors);
    const each = (make: (weight: Local, offset: number) => Code) => weights.map((weight, i) => make(weight, i * lanes.bytes));
    const isGradient = name === 'depthwiseGradFilter';
    return seq(
      set(pw, i32.add(w, at)),
      set(px, i32.add(x, at)),
      set(py, i32.add(y, at)),
      ...each((weight, offset) => set(weight, isGradient ? lanes.zero() : lanes.load(pw, offset))),
      set(pixel, 0),
      loop(
        pixel,
        count,
        1,
        ...each((weight, offset) =>
          isGradient
            ? set(weight, lanes.add(weight, lanes.mul(lanes.load(px, offset), lanes.load(py, offset))))
            : lanes.store(py, lanes.add(lanes.load(py, offset), lanes.mul(lanes.load(px, offset), weight)), offset),
        ),
        set(px, i32.add(px, xStep)),
        set(py, i32.add(py, yStep)),
      ),
      ...(isGradient ? each((weight, offset) => lanes.store(pw, lanes.add(lanes.load(pw, offset), weight), offset)) : []),
    );
  };
  return f.body(stride(f, bytes, 4, tap));
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
