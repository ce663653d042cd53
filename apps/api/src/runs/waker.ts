/** Remembers a wake-up that comes while nobody waits. */
export class Waker {
  private isAwake = false;
  private resume: () => void = () => undefined;

  readonly wake = (): void => {
    this.isAwake = true;
    this.resume();
  };

  reset(): void {
    this.isAwake = false;
  }

  /** True when woken, false after `timeoutMs`. */
  async wait(timeoutMs: number): Promise<boolean> {
    if (this.isAwake) return true;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, timeoutMs);
      this.resume = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    return this.isAwake;
  }
}
