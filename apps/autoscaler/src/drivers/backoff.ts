const FIRST_MS = 1_000;
const LONGEST_MS = 60_000;
/** A worker that lived this long has worked: its death says nothing about the next one. */
const WORKED_AFTER_MS = 30_000;

/** How long to wait with the next start when workers die soon after theirs: 1 s, 2 s, 4 s, ... 60 s. */
export class Backoff {
  private quickDeaths = 0;
  private notBefore = 0;

  constructor(private readonly now: () => number) {}

  get isOver(): boolean {
    return this.now() >= this.notBefore;
  }

  /** Notes the death of a worker that started at `startedAt` (ms). @returns how long to wait, in ms. */
  onDeath(startedAt: number): number {
    const now = this.now();
    if (now - startedAt >= WORKED_AFTER_MS) {
      this.quickDeaths = 0;
      return 0;
    }
    // Several that were started together and die of one cause count once.
    if (startedAt >= this.notBefore) this.quickDeaths += 1;
    const waitMs = Math.min(FIRST_MS * 2 ** (this.quickDeaths - 1), LONGEST_MS);
    this.notBefore = Math.max(this.notBefore, now + waitMs);
    return waitMs;
  }
}
