import { Injectable } from '@nestjs/common';
import type { Response } from 'express';
import { Sessions } from '../access/sessions.js';
import type { RunEventHub } from './run-event-hub.js';
import { Waker } from './waker.js';

/** An answer that stays open and is written to as things happen. */
export class LiveAnswer {
  private readonly waker = new Waker();
  readonly wake = this.waker.wake;

  constructor(
    private readonly response: Response,
    private readonly signals: readonly AbortSignal[],
  ) {}

  /** The client has gone, its key is not valid any more, or the API shuts down. */
  get isOver(): boolean {
    return this.response.closed || this.signals.some(({ aborted }) => aborted);
  }

  /** Waits for a slow reader, so that nothing piles up in memory. */
  async write(text: string): Promise<void> {
    if (!this.response.write(text)) await drained(this.response);
  }

  /** What wakes from now on counts for the next {@link wait}. */
  reset(): void {
    this.waker.reset();
  }

  /** True when something has happened since the last {@link reset}, false after `timeoutMs`. */
  wait(timeoutMs: number): Promise<boolean> {
    return this.waker.wait(timeoutMs);
  }
}

export interface LiveOptions {
  readonly response: Response;
  readonly type: 'text/event-stream' | 'text/plain';
  /** Wake the answer when something has happened to the run. */
  readonly hubs: readonly RunEventHub[];
}

/** Gives answers that stay open; each ends at the latest with the key of its request and with the API. */
@Injectable()
export class LiveAnswers {
  constructor(private readonly sessions: Sessions) {}

  /**
   * Begins the answer, lets `write` write it, and ends it. Where `write` throws, the connection breaks: a client must not take that for
   * the end.
   * @throws ArcFleetError `rate_limited` when the key has too many open; the error of `write`.
   */
  async give(runId: string, { response, type, hubs }: LiveOptions, write: (answer: LiveAnswer) => Promise<void>): Promise<void> {
    const ended = this.sessions.beginStream(response);
    response.writeHead(200, {
      'Content-Type': `${type}; charset=utf-8`,
      'Cache-Control': 'no-store',
      // nginx would collect the stream into blocks.
      'X-Accel-Buffering': 'no',
    });
    if (response.req.method === 'HEAD') {
      response.end();
      return;
    }
    response.flushHeaders();
    const signals = [...hubs.map(({ signal }) => signal), ...(ended ? [ended] : [])];
    const answer = new LiveAnswer(response, signals);
    const unsubscribe = hubs.map((hub) => hub.subscribe(runId, answer.wake));
    response.once('close', answer.wake);
    for (const signal of signals) signal.addEventListener('abort', answer.wake);
    try {
      await write(answer);
    } finally {
      for (const leave of unsubscribe) leave();
      for (const signal of signals) signal.removeEventListener('abort', answer.wake);
    }
    response.end();
  }
}

/** Resolves also when the reader has gone. */
function drained(response: Response): Promise<void> {
  if (response.closed) return Promise.resolve();
  return new Promise((resolve) => {
    const done = (): void => {
      response.off('drain', done).off('close', done);
      resolve();
    };
    response.on('drain', done).on('close', done);
  });
}
