import { reportError } from '#contracts';
import { decodeImage } from '../decode-image.js';

/** Decodes images for no other end than to see whether it can be done; several at a time, memory for these only. */
export class DecodeChecks {
  private readonly running = new Set<Promise<void>>();
  numDecoded = 0;

  constructor(private readonly ahead = 16) {}

  /** Waits while too many are under way. `encoded` may be reused by its owner afterwards. */
  async add(encoded: Uint8Array, what: string, onFailed: (why: string) => void): Promise<void> {
    const check = this.check(encoded.slice(), what, onFailed).finally(() => this.running.delete(check));
    this.running.add(check);
    if (this.running.size >= this.ahead) await Promise.race(this.running);
  }

  /** Waits for all. */
  async finish(): Promise<void> {
    await Promise.all(this.running);
  }

  private async check(encoded: Uint8Array, what: string, onFailed: (why: string) => void): Promise<void> {
    try {
      // One pixel is asked for, all are decoded: what is checked is the coding, not the size.
      await decodeImage(encoded, { height: 1, width: 1 }, what);
      this.numDecoded++;
    } catch (error) {
      onFailed(reportError(error).message);
    }
  }
}
