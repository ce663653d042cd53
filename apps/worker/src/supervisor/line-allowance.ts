/** How many lines may pass: `perSecond` for long, `burst` at once. */
export class LineAllowance {
  private left: number;
  private filledAt: number;

  /** @param now Milliseconds, monotonic; the same clock in all calls. */
  constructor(
    private readonly perSecond: number,
    private readonly burst: number,
    now: number,
  ) {
    this.left = burst;
    this.filledAt = now;
  }

  /** Takes one; false: there is none at the moment. */
  take(now: number): boolean {
    this.left = Math.min(this.burst, this.left + ((now - this.filledAt) / 1_000) * this.perSecond);
    this.filledAt = now;
    if (this.left < 1) return false;
    this.left -= 1;
    return true;
  }
}
