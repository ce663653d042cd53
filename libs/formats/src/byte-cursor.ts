import { open, type FileHandle } from 'node:fs/promises';
import { ArcFleetError } from '#contracts';

const WINDOW_BYTES = 64 * 1024;

/** Reads a file's little-endian numbers one after the other. Every error is `checkpoint_corrupt` and names file and byte. */
export class ByteCursor {
  private window: Buffer = Buffer.alloc(0);
  private windowStart = 0;
  private at = 0;

  private constructor(
    readonly path: string,
    readonly size: number,
    private readonly file: FileHandle,
  ) {}

  static async open(path: string): Promise<ByteCursor> {
    const file = await open(path, 'r').catch((error: unknown) => {
      throw new ArcFleetError('checkpoint_corrupt', `Cannot open ${path}: ${(error as Error).message}`, { file: path });
    });
    try {
      return new ByteCursor(path, (await file.stat()).size, file);
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  /** Byte of the file that comes next. */
  get position(): number {
    return this.at;
  }

  get remaining(): number {
    return this.size - this.at;
  }

  async u32(): Promise<number> {
    return (await this.take(4)).readUInt32LE();
  }

  async i32(): Promise<number> {
    return (await this.take(4)).readInt32LE();
  }

  /** A 64-bit number that counts or measures something: it must be from 0 to `limit`. */
  async count(limit: number, what: string): Promise<number> {
    const at = this.at;
    const value = (await this.take(8)).readBigInt64LE();
    if (value < 0n || value > limit) throw this.corrupt(`${what} ${value} cannot be`, at);
    return Number(value);
  }

  /** At most {@link WINDOW_BYTES} bytes; good until the next call. */
  async take(count: number): Promise<Buffer> {
    if (count > this.remaining) throw this.corrupt(`the file ends after ${this.size} bytes, ${count} more are needed`);
    const offset = this.at - this.windowStart;
    if (offset < 0 || offset + count > this.window.length) {
      this.window = await this.readAt(this.at, Math.min(Math.max(count, WINDOW_BYTES), this.remaining));
      this.windowStart = this.at;
    }
    const start = this.at - this.windowStart;
    this.at += count;
    return this.window.subarray(start, start + count);
  }

  skip(count: number): void {
    if (count > this.remaining) throw this.corrupt(`the file ends after ${this.size} bytes, ${count} more are needed`);
    this.at += count;
  }

  /** Bytes from anywhere, as a new buffer that starts at an aligned address. */
  async readAt(position: number, count: number): Promise<Buffer> {
    const buffer = Buffer.alloc(count);
    for (let filled = 0; filled < count;) {
      const { bytesRead } = await this.file.read(buffer, filled, count - filled, position + filled);
      if (bytesRead === 0) throw this.corrupt('the file ends here', position + filled);
      filled += bytesRead;
    }
    return buffer;
  }

  corrupt(message: string, position = this.at): ArcFleetError {
    return new ArcFleetError('checkpoint_corrupt', `${this.path}: byte ${position}: ${message}`, {
      file: this.path,
      byte: position,
    });
  }

  async close(): Promise<void> {
    await this.file.close();
  }
}
