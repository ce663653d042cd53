import { Worker } from 'node:worker_threads';
import { ArcFleetError, errorFromReport } from '#contracts';
import type { SampleSource } from '../sample-source.js';
import {
  addSeconds,
  NO_SECONDS,
  type DecodeReply,
  type DecodeRequest,
  type DecodeTask,
  type EncodedImages,
  type StageSeconds,
} from './decode-task.js';
import { DecodeFailure } from './run-decode-task.js';

interface Waiting {
  readonly resolve: (seconds: StageSeconds) => void;
  readonly reject: (failure: DecodeFailure) => void;
}

/**
 * Threads that decode images into batches, each with a reader of its own. A task is cut into one piece per thread at once, so
 * that a caller whose thread is busy for long has nothing to do in between. The threads start with the first task; while none
 * is under way, they keep no process alive.
 */
export class DecodePool {
  private threads: DecodeThread[] | null = null;
  private nextThread = 0;

  constructor(
    private readonly source: SampleSource | null,
    readonly numThreads: number,
  ) {}

  /**
   * Decodes `task`; `imagesOf` gives the encoded images of a range of it. Throws {@link DecodeFailure} with the first image that
   * failed, or with `decoder_crashed` when a thread ended.
   */
  async run(task: DecodeTask, imagesOf: (from: number, to: number) => EncodedImages): Promise<StageSeconds> {
    this.threads ??= Array.from({ length: this.numThreads }, () => new DecodeThread(this.source));
    const { threads } = this;
    const placeLength = task.size.height * task.size.width * 3 * (task.bothWays ? 2 : 1);
    const pieceSize = Math.ceil(task.count / threads.length);
    const pieces: Promise<StageSeconds>[] = [];
    for (let from = 0; from < task.count; from += pieceSize) {
      const to = Math.min(from + pieceSize, task.count);
      const { augmentation } = task;
      const piece: DecodeTask = {
        ...task,
        count: to - from,
        mirror: task.mirror?.slice(from, to) ?? null,
        augmentation: augmentation && { ...augmentation, firstSample: augmentation.firstSample + from },
        start: task.start + from * placeLength,
      };
      const thread = threads[this.nextThread++ % threads.length]!;
      pieces.push(
        thread.run(piece, imagesOf(from, to)).catch((error: unknown) => {
          throw error instanceof DecodeFailure ? new DecodeFailure(from + error.position, error.error) : error;
        }),
      );
    }
    const results = await Promise.allSettled(pieces);
    let seconds = NO_SECONDS;
    for (const result of results) {
      // Pieces are in order, so this is the first failure of the task.
      if (result.status === 'rejected') throw result.reason;
      seconds = addSeconds(seconds, result.value);
    }
    return seconds;
  }

  /** Ends the threads after what they are doing. */
  async close(): Promise<void> {
    const threads = this.threads ?? [];
    await Promise.all(threads.map((thread) => thread.close()));
  }
}

class DecodeThread {
  private readonly worker: Worker;
  private readonly waiting = new Map<number, Waiting>();
  private readonly ended: Promise<void>;
  private nextId = 0;
  private crash: ArcFleetError | null = null;
  private isClosing = false;

  constructor(source: SampleSource | null) {
    // What the process was started with (an inspector, a script on the command line) is not for its threads.
    this.worker = new Worker(new URL('./decode-thread.js', import.meta.url), { workerData: { source }, execArgv: [] });
    this.worker.unref();
    this.worker.on('message', (reply: DecodeReply) => this.onReply(reply));
    this.worker.on('error', (error) => this.onCrash(error.message, error));
    this.ended = new Promise((resolve) => {
      this.worker.on('exit', (code) => {
        this.onCrash(`exit code ${code}`);
        resolve();
      });
    });
  }

  run(task: DecodeTask, images: EncodedImages): Promise<StageSeconds> {
    if (this.crash) return Promise.reject(new DecodeFailure(0, this.crash));
    if (this.isClosing) return Promise.reject(new DecodeFailure(0, new Error('The decoding threads are closed')));
    const id = this.nextId++;
    const request: DecodeRequest = { id, task, images };
    return new Promise((resolve, reject) => {
      this.worker.postMessage(request);
      this.waiting.set(id, { resolve, reject });
      this.worker.ref();
    });
  }

  async close(): Promise<void> {
    if (!this.isClosing && this.crash === null) {
      this.worker.ref();
      const request: DecodeRequest = null;
      this.worker.postMessage(request);
    }
    this.isClosing = true;
    await this.ended;
  }

  private onReply(reply: DecodeReply): void {
    const waiting = this.waiting.get(reply.id);
    this.waiting.delete(reply.id);
    if (this.waiting.size === 0 && !this.isClosing) this.worker.unref();
    if ('seconds' in reply) waiting?.resolve(reply.seconds);
    else waiting?.reject(new DecodeFailure(reply.position, errorFromReport(reply.error)));
  }

  /** Whoever waits for a thread that is gone would wait for ever. */
  private onCrash(how: string, cause?: Error): void {
    if (this.isClosing && this.waiting.size === 0) return;
    const message = `A thread that decodes images ended: ${how}. The images that it was given are not decoded; start again, with less memory per batch if it ran out`;
    this.crash ??= new ArcFleetError('decoder_crashed', message, { how }, cause ? { cause } : undefined);
    for (const { reject } of this.waiting.values()) reject(new DecodeFailure(0, this.crash));
    this.waiting.clear();
  }
}
