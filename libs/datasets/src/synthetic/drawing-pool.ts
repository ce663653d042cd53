import { Worker } from 'node:worker_threads';
import type { Drawing } from './draw-face.js';

export interface DrawingRequest {
  readonly id: number;
  readonly drawing: Drawing;
}
export type DrawingReply = { readonly id: number; readonly jpeg: Uint8Array } | { readonly id: number; readonly error: string };

interface Waiting {
  readonly resolve: (jpeg: Uint8Array) => void;
  readonly reject: (error: Error) => void;
}

/** Threads that draw faces; the caller's thread stays free. */
export class DrawingPool {
  private readonly threads: Worker[];
  private readonly waiting = new Map<number, Waiting>();
  private nextId = 0;

  constructor(readonly numThreads: number) {
    this.threads = Array.from({ length: numThreads }, () => {
      const thread = new Worker(new URL('./drawing-thread.js', import.meta.url));
      thread.on('message', (reply: DrawingReply) => this.onReply(reply));
      // A thread that broke answers nothing any more: whoever waits for it would wait for ever.
      thread.on('error', (error) => this.fail(error));
      return thread;
    });
  }

  draw(drawing: Drawing): Promise<Uint8Array> {
    const id = this.nextId++;
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { resolve, reject });
      const request: DrawingRequest = { id, drawing };
      this.threads[id % this.numThreads]?.postMessage(request);
    });
  }

  /** Ends the threads; what is still being drawn is rejected. */
  async close(): Promise<void> {
    await Promise.all(this.threads.map((thread) => thread.terminate()));
    this.fail(new Error('the pool is closed'));
  }

  private onReply(reply: DrawingReply): void {
    const waiting = this.waiting.get(reply.id);
    this.waiting.delete(reply.id);
    if ('jpeg' in reply) waiting?.resolve(reply.jpeg);
    else waiting?.reject(new Error(reply.error));
  }

  private fail(error: Error): void {
    for (const { reject } of this.waiting.values()) reject(error);
    this.waiting.clear();
  }
}
