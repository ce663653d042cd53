import { FunctionBuilder, i32, loop, seq, set, stride, type Code, type Lanes, type Local, type Operand } from './assembler.js';

/** What a kernel does with one lane of every input and coefficient. */
export interface ChannelStep {
  readonly output?: Code;
  readonly sums?: readonly Operand[];
}

interface PerChannel {
  readonly name: string;
  /** `[rows, channels]` tensors that are read. */
  readonly inputs: number;
  readonly hasOutput: boolean;
  /** `[channels]` vectors that are read, */
  readonly coefficients: number;
  /** and those that sums over rows are added to. */
  readonly sums: number;
  readonly step: (lanes: Lanes, inputs: readonly Local[], coefficients: readonly Local[]) => ChannelStep;
}

/** Rows that a block of channels goes through before the next block: sums stay in registers meanwhile, rounding errors small. */
const SUMMED_ROWS = 16;
/** Fewer without sums: memory is read nearly in order. Both numbers are measured. */
const COPIED_ROWS = 4;

/**
 * `name(rows, channelBytes, ...inputs, output?, ...coefficients, ...sums)`: one pass over tensors whose last axis is channels,
 * with one set of coefficients per channel. An output may be one of the inputs.
 */
export function perChannel({ name, inputs, hasOutput, coefficients, sums, step }: PerChannel): FunctionBuilder {
  const blockRows = sums > 0 ? SUMMED_ROWS : COPIED_ROWS;
  const numPointers = inputs + (hasOutput ? 1 : 0);
  const f = new FunctionBuilder(name, new Array<'i32'>(2 + numPointers + coefficients + sums).fill('i32'));
  const [rows, bytes, ...rest] = f.parameters(2 + numPointers + coefficients + sums) as [Local, Local, ...Local[]];
  const pointers = rest.slice(0, numPointers);
  const coefficientPointers = rest.slice(numPointers, numPointers + coefficients);
  const sumPointers = rest.slice(numPointers + coefficients);
  const [row, left, count] = f.locals('i32', 3);
  const at = f.locals('i32', numPointers);

  const block = (lanes: Lanes, vectors: number, offset: Local): Code => {
    const perVector = Array.from({ length: vectors }, () => ({
      values: f.locals(lanes.type, inputs),
      fixed: f.locals(lanes.type, coefficients),
      totals: f.locals(lanes.type, sums),
    }));
    return seq(
      ...perVector.flatMap(({ fixed, totals }, v) => [
        ...fixed.map((local, i) => set(local, lanes.load(i32.add(coefficientPointers[i]!, offset), v * lanes.bytes))),
        ...totals.map((local) => set(local, lanes.zero())),
      ]),
      ...at.map((local, i) => set(local, i32.add(pointers[i]!, offset))),
      set(left, 0),
      loop(
        left,
        count,
        1,
        ...perVector.flatMap(({ values, fixed, totals }, v) => {
          const result = step(lanes, values, fixed);
          return [
            ...values.map((local, i) => set(local, lanes.load(at[i]!, v * lanes.bytes))),
            ...(result.output === undefined ? [] : [lanes.store(at[inputs]!, result.output, v * lanes.bytes)]),
            ...totals.map((local, i) => set(local, lanes.add(local, result.sums![i]!))),
          ];
        }),
        ...at.map((local) => set(local, i32.add(local, bytes))),
      ),
      ...perVector.flatMap(({ totals }, v) =>
        totals.map((local, i) => {
          const target = i32.add(sumPointers[i]!, offset);
          return lanes.store(target, lanes.add(lanes.load(target, v * lanes.bytes), local), v * lanes.bytes);
        }),
      ),
    );
  };

  return f.body(
    loop(
      row,
      rows,
      blockRows,
      set(count, i32.sub(rows, row)),
      set(count, i32.select(count, blockRows, i32.lt(count, blockRows))),
      stride(f, bytes, coefficients + sums > 3 ? 2 : 4, block),
      ...pointers.map((pointer) => set(pointer, i32.add(pointer, i32.mul(count, bytes)))),
    ),
  );
}
