import { closeSync, openSync, readSync, statSync } from 'node:fs';
import type { Part } from '#services';

const PERIOD_MS = 200;

/** Prints what parts append to their log files, line by line. */
export class LogFollower {
  private readonly offsets = new Map<Part, number>();
  private readonly rests = new Map<Part, string>();
  private readonly timer: NodeJS.Timeout;

  constructor(
    private readonly parts: readonly Part[],
    private readonly onLine: (name: string, line: string) => void,
  ) {
    this.timer = setInterval(() => this.read(), PERIOD_MS);
    this.read();
  }

  stop(): void {
    clearInterval(this.timer);
    this.read();
  }

  private read(): void {
    for (const part of this.parts) {
      const offset = this.offsets.get(part) ?? 0;
      const size = statSync(part.logFile, { throwIfNoEntry: false })?.size ?? 0;
      if (size <= offset) continue;
      const buffer = Buffer.alloc(size - offset);
      const file = openSync(part.logFile, 'r');
      const length = readSync(file, buffer, 0, buffer.length, offset);
      closeSync(file);
      this.offsets.set(part, offset + length);
      const lines = ((this.rests.get(part) ?? '') + buffer.toString('utf8', 0, length)).split('\n');
      this.rests.set(part, lines.pop() ?? '');
      for (const line of lines) this.onLine(part.name, line);
    }
  }
}
