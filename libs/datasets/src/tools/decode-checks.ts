import sharp from 'sharp';

/** As in training: no face crop comes near this. */
const MAX_INPUT_PIXELS = 64 * 1024 * 1024;

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
      // Stricter than training, which takes an image with damaged coding as far as it can be decoded: half a face.
      await sharp(encoded, { limitInputPixels: MAX_INPUT_PIXELS, failOn: 'warning' }).raw().toBuffer();
      this.numDecoded++;
    } catch (error) {
      onFailed(`cannot decode ${what} (${encoded.length} bytes): ${(error as Error).message.trim()}`);
    }
  }
}
