import { branch, f32, FunctionBuilder, i32, loop, seq, set, v128, type Code, type Local } from './assembler.js';

/** Columns of a packed panel, and rows of a tile: 8 accumulators, 2 columns of b and a row of a fit 15 vector registers. */
export const PANEL = 8;
const TILE = 4;

/**
 * `gemm(a, aRow, aStep, rows, panels, columns, inner, c, cRow, accumulate)`: `c[rows, columns] (+)= a[rows, inner] b`.
 * Strides in bytes, so a transposed `a` is one with its strides exchanged; b comes packed (see {@link packRows}).
 */
export function gemm(): FunctionBuilder {
  const f = new FunctionBuilder('gemm', ['i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32']);
  const [a, aRow, aStep, rows, panels, columns, inner, c, cRow, accumulate] = Array.from({ length: 10 }, (_, i) =>
    f.parameter(i),
  ) as [Local, Local, Local, Local, Local, Local, Local, Local, Local, Local];
  const row = f.local('i32');
  const column = f.local('i32');
  const panel = f.local('i32');
  const panelEnd = f.local('i32');
  const pa = f.locals('i32', TILE);
  const pc = f.local('i32');
  const sums = f.locals('v128', TILE * 2);
  const [b0, b1, splat] = f.locals('v128', 3) as [Local, Local, Local];

  /** One tile of `count` rows and 8 columns, over all of `inner`. */
  const tile = (count: number): Code =>
    seq(
      set(column, 0),
      set(panel, panels),
      loop(
        column,
        columns,
        PANEL,
        ...sums.slice(0, count * 2).map((sum) => set(sum, v128.zero())),
        ...pa.slice(0, count).map((pointer, i) => set(pointer, i === 0 ? a : i32.add(pa[i - 1]!, aRow))),
        set(panelEnd, i32.add(panel, i32.mul(inner, PANEL * 4))),
        loop(
          panel,
          panelEnd,
          PANEL * 4,
          set(b0, v128.load(panel)),
          set(b1, v128.load(panel, 16)),
          ...pa
            .slice(0, count)
            .map((pointer, i) =>
              seq(
                set(splat, v128.loadSplat(pointer)),
                set(sums[i * 2]!, v128.add(sums[i * 2]!, v128.mul(splat, b0))),
                set(sums[i * 2 + 1]!, v128.add(sums[i * 2 + 1]!, v128.mul(splat, b1))),
                set(pointer, i32.add(pointer, aStep)),
              ),
            ),
        ),
        set(pc, i32.add(c, i32.mul(column, 4))),
        ...pa.slice(0, count).map((_, i) => storeRow(sums[i * 2]!, sums[i * 2 + 1]!)),
      ),
    );

  const storeRow = (low: Local, high: Local): Code =>
    seq(
      branch(
        i32.lt(i32.sub(columns, column), PANEL),
        seq(...Array.from({ length: PANEL - 1 }, (_, lane) => storeLane(lane < 4 ? low : high, lane))),
        seq(
          branch(accumulate, seq(set(low, v128.add(low, v128.load(pc))), set(high, v128.add(high, v128.load(pc, 16))))),
          v128.store(pc, low),
          v128.store(pc, high, 16),
        ),
      ),
      set(pc, i32.add(pc, cRow)),
    );

  const storeLane = (sum: Local, lane: number): Code => {
    const value = v128.lane(sum, lane % 4);
    return branch(
      i32.lt(i32.add(column, lane), columns),
      branch(accumulate, f32.store(pc, f32.add(f32.load(pc, lane * 4), value), lane * 4), f32.store(pc, value, lane * 4)),
    );
  };

  const advance = (count: number): Code =>
    seq(set(a, i32.add(a, i32.mul(aRow, count))), set(c, i32.add(c, i32.mul(cRow, count))));

  return f.body(
    set(row, TILE - 1),
    loop(row, rows, TILE, tile(TILE), advance(TILE)),
    set(row, i32.sub(row, TILE - 1)),
    loop(row, rows, 1, tile(1), advance(1)),
  );
}

/**
 * `packRows(b, bRow, inner, columns, panels)`: a row-major `b[inner, columns]` as panels of 8 columns, `[columns / 8][inner][8]`,
 * the last one filled up with zeros.
 */
export function packRows(): FunctionBuilder {
  const f = new FunctionBuilder('packRows', ['i32', 'i32', 'i32', 'i32', 'i32']);
  const [b, bRow, inner, columns, panels] = Array.from({ length: 5 }, (_, i) => f.parameter(i)) as [
    Local,
    Local,
    Local,
    Local,
    Local,
  ];
  const column = f.local('i32');
  const step = f.local('i32');
  const source = f.local('i32');
  const lanes = Array.from({ length: PANEL }, (_, lane) =>
    branch(
      i32.lt(i32.add(column, lane), columns),
      f32.store(panels, f32.load(source, lane * 4), lane * 4),
      f32.store(panels, [0x43, 0, 0, 0, 0], lane * 4),
    ),
  );
  return f.body(
    loop(
      column,
      columns,
      PANEL,
      set(source, i32.add(b, i32.mul(column, 4))),
      set(step, 0),
      loop(
        step,
        inner,
        1,
        branch(
          i32.lt(i32.sub(columns, column), PANEL),
          seq(...lanes),
          seq(v128.store(panels, v128.load(source)), v128.store(panels, v128.load(source, 16), 16)),
        ),
        set(source, i32.add(source, bRow)),
        set(panels, i32.add(panels, PANEL * 4)),
      ),
    ),
  );
}

/** `packColumns(b, bColumn, inner, columns, panels)`: the same panels from a `b` whose columns are contiguous. */
export function packColumns(): FunctionBuilder {
  const f = new FunctionBuilder('packColumns', ['i32', 'i32', 'i32', 'i32', 'i32']);
  const [b, bColumn, inner, columns, panels] = Array.from({ length: 5 }, (_, i) => f.parameter(i)) as [
    Local,
    Local,
    Local,
    Local,
    Local,
  ];
  const column = f.local('i32');
  const step = f.local('i32');
  const target = f.local('i32');
  const pointers = f.locals('i32', 4);
  const v = f.locals('v128', 4);
  const t = f.locals('v128', 4);
  const transpose = seq(
    set(t[0]!, v128.shuffle(v[0]!, v[1]!, [0, 4, 1, 5])),
    set(t[1]!, v128.shuffle(v[2]!, v[3]!, [0, 4, 1, 5])),
    set(t[2]!, v128.shuffle(v[0]!, v[1]!, [2, 6, 3, 7])),
    set(t[3]!, v128.shuffle(v[2]!, v[3]!, [2, 6, 3, 7])),
    v128.store(target, v128.shuffle(t[0]!, t[1]!, [0, 1, 4, 5])),
    v128.store(target, v128.shuffle(t[0]!, t[1]!, [2, 3, 6, 7]), PANEL * 4),
    v128.store(target, v128.shuffle(t[2]!, t[3]!, [0, 1, 4, 5]), PANEL * 8),
    v128.store(target, v128.shuffle(t[2]!, t[3]!, [2, 3, 6, 7]), PANEL * 12),
  );
  const zero: Code = [0x43, 0, 0, 0, 0];
  /** Four columns: blocks of 4 x 4, then what is left of `inner`, lane by lane. */
  const whole = seq(
    ...pointers.map((pointer, i) =>
      set(pointer, i === 0 ? i32.add(b, i32.mul(column, bColumn)) : i32.add(pointers[i - 1]!, bColumn)),
    ),
    set(step, 3),
    loop(
      step,
      inner,
      4,
      ...pointers.map((pointer, i) => set(v[i]!, v128.load(pointer))),
      transpose,
      ...pointers.map((pointer) => set(pointer, i32.add(pointer, 16))),
      set(target, i32.add(target, PANEL * 16)),
    ),
    set(step, i32.sub(step, 3)),
    loop(
      step,
      inner,
      1,
      ...pointers.map((pointer, i) => seq(f32.store(target, f32.load(pointer), i * 4), set(pointer, i32.add(pointer, 4)))),
      set(target, i32.add(target, PANEL * 4)),
    ),
  );
  const partial = seq(
    set(pointers[0]!, i32.add(b, i32.mul(column, bColumn))),
    set(step, 0),
    loop(
      step,
      inner,
      1,
      ...pointers.map((_, lane) =>
        branch(
          i32.lt(i32.add(column, lane), columns),
          f32.store(target, f32.load(i32.add(pointers[0]!, i32.mul(bColumn, lane))), lane * 4),
          f32.store(target, zero, lane * 4),
        ),
      ),
      set(pointers[0]!, i32.add(pointers[0]!, 4)),
      set(target, i32.add(target, PANEL * 4)),
    ),
  );
  const half = f.local('i32');
  return f.body(
    loop(
      column,
      columns,
      4,
      set(target, i32.add(panels, half)),
      branch(i32.lt(i32.sub(columns, column), 4), partial, whole),
      // Two halves of 4 columns make a panel; an odd last half leaves the panel's second half to be cleared below.
      branch(half, seq(set(half, 0), set(panels, i32.add(panels, i32.mul(inner, PANEL * 4)))), set(half, 16)),
    ),
    branch(
      half,
      seq(
        set(step, 0),
        set(target, i32.add(panels, 16)),
        loop(step, inner, 1, v128.store(target, v128.zero()), set(target, i32.add(target, PANEL * 4))),
      ),
    ),
  );
}
