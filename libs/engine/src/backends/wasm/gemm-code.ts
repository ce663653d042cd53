import { branch, f32, FunctionBuilder, i32, loop, seq, set, v128, type Code, type Local } from './assembler.js';

/** Rows and columns of a tile: 8 accumulators, 2 vectors of b and a splat of a fit the 15 vector registers of x64. */
export const ROWS = 4;
export const COLUMNS = 8;

/**
 * `gemm(a, rows, b, columns, inner, c, cRow, accumulate)`: `c[rows, columns] (+)= a[rows, inner] b[inner, columns]`. a and b
 * come packed in panels of 4 rows and 8 columns (see {@link packAcross}); `cRow` is in bytes.
 */
export function gemm(): FunctionBuilder {
  const f = new FunctionBuilder('gemm', ['i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32']);
  const [a, rows, b, columns, inner, c, cRow, accumulate] = f.parameters(8);
  const [row, column, pa, pb, end, pc] = f.locals('i32', 6);
  const [b0, b1, splat] = f.locals('v128', 3);
  const sums = f.locals('v128', ROWS * 2);

  // Not unrolled: V8 moves all loads of a block to its start, and those of one step are all that the registers hold.
  const step = seq(
    set(b0, v128.load(pb)),
    set(b1, v128.load(pb, 16)),
    ...Array.from({ length: ROWS }, (_, i) =>
      seq(
        set(splat, v128.loadSplat(pa, i * 4)),
        set(sums[i * 2]!, v128.add(sums[i * 2]!, v128.mul(splat, b0))),
        set(sums[i * 2 + 1]!, v128.add(sums[i * 2 + 1]!, v128.mul(splat, b1))),
      ),
    ),
    set(pa, i32.add(pa, ROWS * 4)),
  );

  const storeLane = (sum: Local, lane: number): Code => {
    const value = v128.lane(sum, lane % 4);
    return branch(
      i32.lt(i32.add(column, lane), columns),
      branch(accumulate, f32.store(pc, f32.add(f32.load(pc, lane * 4), value), lane * 4), f32.store(pc, value, lane * 4)),
    );
  };
  const storeRow = (low: Local, high: Local): Code =>
    branch(
      i32.lt(i32.sub(columns, column), COLUMNS),
      seq(...Array.from({ length: COLUMNS - 1 }, (_, lane) => storeLane(lane < 4 ? low : high, lane))),
      seq(
        branch(accumulate, seq(set(low, v128.add(low, v128.load(pc))), set(high, v128.add(high, v128.load(pc, 16))))),
        v128.store(pc, low),
        v128.store(pc, high, 16),
      ),
    );

  return f.body(
    loop(
      row,
      rows,
      ROWS,
      set(column, 0),
      set(pb, b),
      loop(
        column,
        columns,
        COLUMNS,
        ...sums.map((sum) => set(sum, v128.zero())),
        set(pa, a),
        set(end, i32.add(pb, i32.mul(inner, COLUMNS * 4))),
        loop(pb, end, COLUMNS * 4, step),
        set(pc, i32.add(c, i32.mul(column, 4))),
        ...Array.from({ length: ROWS }, (_, i) =>
          branch(i32.lt(i32.add(row, i), rows), seq(storeRow(sums[i * 2]!, sums[i * 2 + 1]!), set(pc, i32.add(pc, cRow)))),
        ),
      ),
      set(a, i32.add(a, i32.mul(inner, ROWS * 4))),
      set(c, i32.add(c, i32.mul(cRow, ROWS))),
    ),
  );
}

/**
 * `packAcross<width>(source, stride, inner, across, panels)`: an `[inner, across]` matrix whose rows are contiguous and
 * `stride` bytes apart becomes panels `[across / width][inner][width]`, the last one filled up with zeros.
 */
export function packAcross(width: number): FunctionBuilder {
  const f = new FunctionBuilder(`packAcross${width}`, ['i32', 'i32', 'i32', 'i32', 'i32']);
  const [source, stride, inner, across, panels] = f.parameters(5);
  const [first, step, from] = f.locals('i32', 3);
  const lanes = Array.from({ length: width }, (_, lane) =>
    branch(
      i32.lt(i32.add(first, lane), across),
      f32.store(panels, f32.load(from, lane * 4), lane * 4),
      f32.store(panels, f32.zero(), lane * 4),
    ),
  );
  const vectors = Array.from({ length: width / 4 }, (_, i) => v128.store(panels, v128.load(from, i * 16), i * 16));
  const copy = (...code: readonly Code[]): Code =>
    seq(set(step, 0), loop(step, inner, 1, ...code, set(from, i32.add(from, stride)), set(panels, i32.add(panels, width * 4))));
  return f.body(
    loop(
      first,
      across,
      width,
      set(from, i32.add(source, i32.mul(first, 4))),
      branch(i32.lt(i32.sub(across, first), width), copy(...lanes), copy(...vectors)),
    ),
  );
}

/** `packAlong<width>(source, stride, inner, across, panels)`: the same panels from the transposed matrix, `[across, inner]`. */
export function packAlong(width: number): FunctionBuilder {
  const f = new FunctionBuilder(`packAlong${width}`, ['i32', 'i32', 'i32', 'i32', 'i32']);
  const [source, stride, inner, across, panels] = f.parameters(5);
  const [first, step, to] = f.locals('i32', 3);
  const from = f.locals('i32', 4);
  const [v0, v1, v2, v3, t0, t1, t2, t3] = f.locals('v128', 8);
  const transpose = seq(
    ...[v0, v1, v2, v3].map((v, i) => set(v, v128.load(from[i]!))),
    set(t0, v128.shuffle(v0, v1, [0, 4, 1, 5])),
    set(t1, v128.shuffle(v2, v3, [0, 4, 1, 5])),
    set(t2, v128.shuffle(v0, v1, [2, 6, 3, 7])),
    set(t3, v128.shuffle(v2, v3, [2, 6, 3, 7])),
    v128.store(to, v128.shuffle(t0, t1, [0, 1, 4, 5])),
    v128.store(to, v128.shuffle(t0, t1, [2, 3, 6, 7]), width * 4),
    v128.store(to, v128.shuffle(t2, t3, [0, 1, 4, 5]), width * 8),
    v128.store(to, v128.shuffle(t2, t3, [2, 3, 6, 7]), width * 12),
  );
  const advance = (steps: number): Code =>
    seq(...from.map((pointer) => set(pointer, i32.add(pointer, steps * 4))), set(to, i32.add(to, steps * width * 4)));
  const lanes = from.map((pointer, lane) => f32.store(to, f32.load(pointer), lane * 4));
  const partial = from.map((pointer, lane) =>
    branch(i32.lt(i32.add(first, lane), across), f32.store(to, f32.load(pointer), lane * 4), f32.store(to, f32.zero(), lane * 4)),
  );
  /** Four rows of the source: blocks of 4 x 4, then what is left of `inner`. */
  const four = seq(
    ...from.map((pointer, i) => set(pointer, i === 0 ? i32.add(source, i32.mul(first, stride)) : i32.add(from[i - 1]!, stride))),
    set(step, 0),
    branch(
      i32.lt(i32.add(first, 3), across),
      seq(loop(step, i32.and(inner, -4), 4, transpose, advance(4)), loop(step, inner, 1, ...lanes, advance(1))),
      loop(step, inner, 1, ...partial, advance(1)),
    ),
    set(first, i32.add(first, 4)),
  );
  return f.body(
    loop(
      first,
      across,
      0,
      ...Array.from({ length: width / 4 }, (_, i) => seq(set(to, i32.add(panels, i * 16)), four)),
      set(panels, i32.add(panels, i32.mul(inner, width * 4))),
    ),
  );
}
