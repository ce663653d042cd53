import { mkdir, open, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { encodeRecord, type TensorBoardEvent } from './event.js';

/** An event file that grows. Writing goes on behind the caller's back, in order; nothing is synced: a run does not depend on it. */
export class EventFile {
  private writing: Promise<void> = Promise.resolve();
  private file: FileHandle | null = null;
  private hasFailed = false;

  /** @param onFailure Told once; nothing is written from then on. */
  constructor(
    private readonly path: string,
    private readonly onFailure: (error: Error) => void,
  ) {}

  append(events: readonly TensorBoardEvent[]): void {
    const records = Buffer.concat(events.map(encodeRecord));
    this.writing = this.writing.then(() => this.write(records));
  }

  /** Waits for what was appended. */
  async close(): Promise<void> {
    await this.writing;
    await this.file?.close();
    this.file = null;
  }

  private async write(records: Uint8Array): Promise<void> {
    if (this.hasFailed) return;
    try {
      if (this.file === null) {
        await mkdir(dirname(this.path), { recursive: true });
        this.file = await open(this.path, 'a');
      }
      await this.file.appendFile(records);
    } catch (error) {
      this.hasFailed = true;
      this.onFailure(error as Error);
    }
  }
}
