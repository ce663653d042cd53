/** Arrays that are used again: a fresh one of a few MiB costs as much as filling it. */
export class BufferPool {
  private readonly free: Float32Array[] = [];

  /** An array of that length; what is in it is left from before. */
  take(length: number): Float32Array {
    const at = this.free.findIndex((buffer) => buffer.length >= length);
    const buffer = at < 0 ? new Float32Array(length) : this.free.splice(at, 1)[0]!;
    return buffer.subarray(0, length);
  }

  /** Gives an array back that {@link take} gave; nobody may hold on to it. */
  give(buffer: Float32Array): void {
    this.free.push(new Float32Array(buffer.buffer));
  }
}
