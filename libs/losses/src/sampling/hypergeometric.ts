const TABLE_SIZE = 256;
const logFactorials = new Float64Array(TABLE_SIZE);
for (let n = 2; n < TABLE_SIZE; n++) logFactorials[n] = logFactorials[n - 1]! + Math.log(n);
const HALF_LOG_TWO_PI = 0.5 * Math.log(2 * Math.PI);

/** ln n!; above the table Stirling's series, whose next term is below 1e-16 there. */
export function logFactorial(n: number): number {
  if (n < TABLE_SIZE) return logFactorials[n]!;
  const inverse = 1 / n;
  return (n + 0.5) * Math.log(n) - n + HALF_LOG_TWO_PI + inverse * (1 / 12 - (inverse * inverse) / 360);
}

/** Where a sample is taken from: `size` of `population` without replacement, of which `marked` are counted. */
export interface Urn {
  readonly population: number;
  readonly marked: number;
  readonly size: number;
}

/**
 * How many marked ones are in the sample: the hypergeometric distribution at a uniform draw in [0, 1), by inversion that walks
 * from the mode to both sides, so that its time is that of a standard deviation.
 */
export function hypergeometric({ population, marked, size }: Urn, uniform: number): number {
  const least = Math.max(0, size - (population - marked));
  const most = Math.min(size, marked);
  if (least === most) return least;
  const mode = Math.min(most, Math.max(least, Math.floor(((size + 1) * (marked + 1)) / (population + 2))));
  const logChoose = (n: number, k: number) => logFactorial(n) - logFactorial(k) - logFactorial(n - k);
  const atMode = Math.exp(logChoose(marked, mode) + logChoose(population - marked, size - mode) - logChoose(population, size));
  const unmarked = population - marked;
  let rest = uniform - atMode;
  let [up, down] = [mode, mode];
  let [probabilityUp, probabilityDown] = [atMode, atMode];
  while (rest >= 0 && (up < most || down > least)) {
    if (up < most) {
      probabilityUp *= ((marked - up) * (size - up)) / ((up + 1) * (unmarked - size + up + 1));
      up++;
      rest -= probabilityUp;
      if (rest < 0) return up;
    }
    if (down > least) {
      probabilityDown *= (down * (unmarked - size + down)) / ((marked - down + 1) * (size - down + 1));
      down--;
      rest -= probabilityDown;
      if (rest < 0) return down;
    }
  }
  // Also where rounding left a uniform draw just below 1 without a home.
  return mode;
}
