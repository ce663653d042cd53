import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import type { Request, Response } from 'express';
import { ArcFleetError } from '#contracts';
import { ApiSettings } from '../settings.js';
import { judge } from './key-policy.js';
import { KeyCache } from './key-cache.js';

interface Session {
  readonly hash: Buffer;
  readonly response: Response;
  readonly ended: AbortController;
  /** May go on for as long as its key is valid. */
  isStream: boolean;
}

const LOOK_EVERY_MS = 1_000;
/** How long an answer may take to end by itself once its key is gone. */
const GRACE_MS = 1_000;
/** Nobody knows when one of the others ends. */
const RETRY_AFTER_SECONDS = 10;

/** Requests that are being answered, by their key: an answer that goes on and on must not outlive the key. */
@Injectable()
export class Sessions implements OnApplicationShutdown {
  private readonly open = new Map<string, Set<Session>>();
  private readonly byRequest = new WeakMap<Request, { readonly session: Session; readonly ofKey: ReadonlySet<Session> }>();
  private readonly timer: NodeJS.Timeout;

  constructor(
    private readonly cache: KeyCache,
    private readonly settings: ApiSettings,
  ) {
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
    this.byRequest.set(request, { session, ofKey: own });
    response.once('close', () => {
      own.delete(session);
      if (own.size === 0 && this.open.get(keyId) === own) this.open.delete(keyId);
    });
  }

  /**
   * Makes the answer one that may go on for as long as its key is valid.
   * @returns raised when the key is revoked or expires: who writes the answer ends it; undefined where no keys are asked for.
   * @throws ArcFleetError `rate_limited` when the key has as many open as it may.
   */
  beginStream(response: Response): AbortSignal | undefined {
    const found = this.byRequest.get(response.req);
    if (!found) return undefined;
    const { streamsPerKey } = this.settings.access;
    const numOpen = [...found.ofKey].filter(({ isStream }) => isStream).length;
    if (streamsPerKey > 0 && numOpen >= streamsPerKey) {
      response.setHeader('Retry-After', String(RETRY_AFTER_SECONDS));
      throw new ArcFleetError('rate_limited', `This key has ${numOpen} streams open, which is all that it may; end one of them.`);
    }
    found.session.isStream = true;
    return found.session.ended.signal;
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
