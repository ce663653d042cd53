import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import type { Request, Response } from 'express';
import { judge } from './key-policy.js';
import { KeyCache } from './key-cache.js';

interface Session {
  readonly hash: Buffer;
  readonly response: Response;
  readonly ended: AbortController;
  /** Its answer goes on until somebody ends it. */
  isStream: boolean;
}

const LOOK_EVERY_MS = 1_000;
/** How long an answer may take to end by itself once its key is gone. */
const GRACE_MS = 1_000;

const sessionOf = new WeakMap<Request, Session>();

/** Raised when the key with which the request came is revoked or expires: who answers for long ends its answer. To ask makes the answer such a one. */
export function accessEnded(request: Request): AbortSignal | undefined {
  const session = sessionOf.get(request);
  if (session) session.isStream = true;
  return session?.ended.signal;
}

/** Requests that are being answered, by their key: an answer that goes on and on must not outlive the key. */
@Injectable()
export class Sessions implements OnApplicationShutdown {
  private readonly open = new Map<string, Set<Session>>();
  private readonly timer: NodeJS.Timeout;

  constructor(private readonly cache: KeyCache) {
    // Time itself ends keys, and a notification may be lost.
    this.timer = setInterval(() => {
      for (const keyId of this.open.keys()) void this.check(keyId);
    }, LOOK_EVERY_MS).unref();
  }

  begin(keyId: string, hash: Buffer, request: Request, response: Response): void {
    const session: Session = { hash, response, ended: new AbortController(), isStream: false };
    let sessions = this.open.get(keyId);
    if (!sessions) this.open.set(keyId, (sessions = new Set()));
    const own = sessions;
    own.add(session);
    sessionOf.set(request, session);
    response.once('close', () => {
      own.delete(session);
      if (own.size === 0 && this.open.get(keyId) === own) this.open.delete(keyId);
    });
  }

  /** Ends the streams of a key that is not valid any more; null: looks at all keys. */
  async check(keyId: string | null): Promise<void> {
    if (keyId === null) {
      await Promise.all([...this.open.keys()].map((each) => this.check(each)));
      return;
    }
    const streams = [...(this.open.get(keyId) ?? [])].filter(({ isStream, ended }) => isStream && !ended.signal.aborted);
    if (streams.length === 0) return;
    // Without a database there is nothing to stream either.
    const key = await this.cache.get(keyId).catch(() => undefined);
    if (key === undefined) return;
    const now = new Date();
    for (const { hash, response, ended } of streams) {
      if (judge(key, hash, now) === 'ok') continue;
      ended.abort();
      setTimeout(() => response.destroy(), GRACE_MS).unref();
    }
  }

  onApplicationShutdown(): void {
    clearInterval(this.timer);
  }
}
