import { FunctionBuilder, i32, loop, seq, set, stride, type Code, type Lanes, type Local } from './assembler.js';

/**
 * `maxPoolGrad(taps, end, channelBytes, y, dy, count, step, toDx)`: for `count` output pixels, adds dy to dx at the first tap
 * whose x is the largest, y. `taps` holds the addresses of the first pixel's taps in x, `step` bytes further for each next one;
 * dx lies `toDx` bytes from x.
 */
export function maxPoolGrad(): FunctionBuilder {
  const f = new FunctionBuilder('maxPoolGrad', new Array<'i32'>(8).fill('i32'));
  const [taps, end, bytes, y, dy, count, step, toDx] = f.parameters(8);
  const [pixel, shift, tap, x, dx] = f.locals('i32', 5);

  const channels = (lanes: Lanes, _: number, at: Local): Code => {
    const [largest, rest, value] = f.locals(lanes.type, 3);
    const isLess = lanes.gt(largest, value);
    return seq(
      set(largest, lanes.load(i32.add(y, at))),
      set(rest, lanes.load(i32.add(dy, at))),
      set(tap, taps),
      loop(
        tap,
        end,
        4,
        set(x, i32.add(i32.add(i32.load(tap), shift), at)),
        set(dx, i32.add(x, toDx)),
        set(value, lanes.load(x)),
        lanes.store(dx, lanes.add(lanes.load(dx), lanes.select(lanes.zero(), rest, isLess))),
        set(rest, lanes.select(rest, lanes.zero(), isLess)),
      ),
    );
  };

  return f.body(
    loop(
      pixel,
      count,
      1,
      stride(f, bytes, 1, channels),
      set(shift, i32.add(shift, step)),
      set(y, i32.add(y, bytes)),
      set(dy, i32.add(dy, bytes)),
    ),
  );
}
