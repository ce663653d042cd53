const FIRST_BYTES = 64 * 1024;
const FIRST_FILES = 1024;

/** The files of a set, in two buffers instead of an object for each: names as UTF-8, one behind the other, and where each ends. */
export class FileTable {
  private bytes = Buffer.alloc(FIRST_BYTES);
  private ends = new Float64Array(FIRST_FILES);
  private count = 0;

  get length(): number {
    return this.count;
  }

  add(name: string): void {
    const length = Buffer.byteLength(name);
    const start = this.endOf(this.count - 1);
    if (start + length > this.bytes.length) {
      const larger = Buffer.alloc(Math.max(start + length, Math.ceil(this.bytes.length * 1.5)));
      this.bytes.copy(larger, 0, 0, start);
      this.bytes = larger;
    }
    this.bytes.write(name, start);
    if (this.count === this.ends.length) {
      const larger = new Float64Array(Math.ceil(this.ends.length * 1.5));
      larger.set(this.ends);
      this.ends = larger;
    }
    this.ends[this.count++] = start + length;
  }

  /** @throws RangeError there is no such file */
  name(index: number): string {
    if (!(index >= 0 && index < this.count)) throw new RangeError(`There is no file ${index} of ${this.count}`);
    return this.bytes.toString('utf8', this.endOf(index - 1), this.endOf(index));
  }

  private endOf(index: number): number {
    return index < 0 ? 0 : (this.ends[index] as number);
  }
}
