const MOST_LINES = 20;
const MOST_CHARACTERS = 500;

/** The last lines that a process wrote. */
export class LogTail {
  private readonly kept: string[] = [];

  get lines(): readonly string[] {
    return this.kept;
  }

  add(line: string): void {
    this.kept.push(line.length > MOST_CHARACTERS ? `${line.slice(0, MOST_CHARACTERS)}...` : line);
    if (this.kept.length > MOST_LINES) this.kept.shift();
  }
}
