import { Inject, Injectable } from '@nestjs/common';
import type { NextFunction, Request, Response } from 'express';
import { DataSource } from 'typeorm';
import { ArcFleetError } from '#contracts';
import { parseToken, touchKey } from '#persistence';
import { isOpenTo } from '../openapi/allowed-methods.js';
import { ApiRoutes } from '../openapi/openapi.controller.js';
import { ApiSettings } from '../settings.js';
import { ANYBODY, type Actor, type RequestWithActor } from './actor.js';
import { KeyCache } from './key-cache.js';
import { judge, type Verdict } from './key-policy.js';
import { addressOf, RateLimits } from './rate-limits.js';
import { Sessions } from './sessions.js';

const TOUCH_EVERY_MS = 60_000;

const WHY: Record<Exclude<Verdict, 'ok'>, string> = {
  unknown: 'The key is not known.',
  expired: 'The key has expired; ask for a new one.',
  revoked: 'The key has been revoked; ask for a new one.',
};

/**
 * Finds out who sends a request before anything of its body is read. Without a valid key there are only the open operations: all
 * else is 401, whether there is such a path or not. What the key may do is the guard's business, which knows the handler.
 */
@Injectable()
export class Gate {
  private readonly touchedAt = new Map<string, number>();

  constructor(
    private readonly dataSource: DataSource,
    private readonly settings: ApiSettings,
    private readonly cache: KeyCache,
    private readonly limits: RateLimits,
    private readonly sessions: Sessions,
    @Inject(ApiRoutes) private readonly routes: ApiRoutes,
  ) {}

  readonly handle = async (request: RequestWithActor, response: Response, next: NextFunction): Promise<void> => {
    const address = addressOf(request.ip);
    if (isOpenTo(this.routes.all, request.method, request.path)) {
      await this.limits.take('open', address, response);
      return next();
    }
    const actor = this.settings.access.auth === 'none' ? ANYBODY : await this.authenticate(address, request, response);
    const isReading = request.method === 'GET' || request.method === 'HEAD' || request.method === 'OPTIONS';
    await this.limits.take(isReading ? 'read' : 'write', actor.id, response);
    request.actor = actor;
    next();
  };

  private async authenticate(address: string, request: Request, response: Response): Promise<Actor> {
    const token = tokenOf(request);
    const parsed = token === null ? null : parseToken(token);
    // Guessing stops here; who shares the address and has a key that is known goes on.
    if (!parsed || !this.cache.isKnown(parsed.id)) await this.limits.check('refused', address, response);
    const key = parsed ? await this.cache.get(parsed.id) : null;
    const verdict = parsed ? judge(key, parsed.hash, new Date()) : 'unknown';
    if (!parsed || !key || verdict !== 'ok') {
      await this.limits.take('refused', address, response);
      const [challenge, detail] =
        token === null
          ? ['Bearer realm="arcfleet"', 'The request carries no key; send Authorization: Bearer <key>.']
          : ['Bearer realm="arcfleet", error="invalid_token"', WHY[verdict === 'ok' ? 'unknown' : verdict]];
      response.setHeader('WWW-Authenticate', challenge);
      throw new ArcFleetError('unauthorized', detail);
    }
    this.touch(key.id);
    this.sessions.begin(key.id, parsed.hash, request, response);
    return { id: key.id, grants: key.grants };
  }

  /** When a key was last used is told to the minute, and no request waits for it. */
  private touch(id: string): void {
    const now = performance.now();
    if (now - (this.touchedAt.get(id) ?? -Infinity) < TOUCH_EVERY_MS) return;
    // In the order of their times: the first ones are those that say nothing any more.
    for (const [oldest, at] of this.touchedAt) {
      if (now - at < TOUCH_EVERY_MS) break;
      this.touchedAt.delete(oldest);
    }
    this.touchedAt.set(id, now);
    touchKey(this.dataSource.manager, id).catch(() => this.touchedAt.delete(id));
  }
}

/** The token of `Authorization: Bearer <token>`; null when there is no such header. Of two, a proxy may have checked the other one: neither counts. */
function tokenOf({ headersDistinct }: Request): string | null {
  const [authorization, ...more] = headersDistinct['authorization'] ?? [];
  if (authorization === undefined) return null;
  if (more.length > 0) return '';
  return /^bearer +(\S+) *$/i.exec(authorization)?.[1] ?? '';
}
