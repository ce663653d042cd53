import { streamOf, uniformAt } from '#contracts';

/** Draws in a fixed order from one counter-based sequence, named by purpose and number. */
export class RandomSource {
  private readonly stream: number;
  private position = 0;

  constructor(
    private readonly seed: number,
    purpose: string,
    private readonly item: number,
  ) {
    this.stream = streamOf(purpose);
  }

  /** Uniform in [low, high). */
  uniform(low = 0, high = 1): number {
    return low + (high - low) * uniformAt(this.seed, this.stream, this.item, this.position++);
  }

  /** Uniform in [-half, half). */
  around(half: number): number {
    return this.uniform(-half, half);
  }

  chance(probability: number): boolean {
    return this.uniform() < probability;
  }

  pick<T>(values: readonly T[]): T {
    return values[Math.floor(this.uniform() * values.length)] as T;
  }

  /** A whole number in [0, count). */
  index(count: number): number {
    return Math.floor(this.uniform() * count);
  }
}
