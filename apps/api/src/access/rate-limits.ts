import { Injectable } from '@nestjs/common';
import type { Response } from 'express';
import ipaddr from 'ipaddr.js';
import { RateLimiterMemory, type RateLimiterRes } from 'rate-limiter-flexible';
import { ArcFleetError } from '#contracts';
import { ApiSettings } from '../settings.js';
import type { RateLimitSettings } from './settings.js';

const WINDOW_SECONDS = 60;
type Limit = keyof RateLimitSettings;

/**
 * Counts requests per key and per address, in this process. A count in Postgres would cost a write per request, more than most
 * requests that it protects it from, and an API process has no Redis: what a limit protects (this process, its connections) is
 * its own. Behind a balancer over N processes a key gets up to N times its limit.
 */
@Injectable()
export class RateLimits {
  private readonly limiters: ReadonlyMap<Limit, RateLimiterMemory>;

  constructor(settings: ApiSettings) {
    const { rateLimits } = settings.access;
    const names = (Object.keys(rateLimits) as Limit[]).filter((name) => rateLimits[name] > 0);
    this.limiters = new Map(
      names.map((name) => [name, new RateLimiterMemory({ points: rateLimits[name], duration: WINDOW_SECONDS })]),
    );
  }

  /**
   * Counts a request and says in the headers of its answer what is left.
   * @throws ArcFleetError `rate_limited` when nothing is left.
   */
  async take(limit: Limit, who: string, response: Response): Promise<void> {
    const limiter = this.limiters.get(limit);
    if (!limiter) return;
    const count = await limiter.consume(who).catch((over: RateLimiterRes) => over);
    tell(response, limit, limiter.points, count);
    if (count.consumedPoints > limiter.points) throw refuse(response, limit, limiter.points, count);
  }

  /** Refuses who has nothing left, without counting. @throws ArcFleetError `rate_limited`. */
  async check(limit: Limit, who: string, response: Response): Promise<void> {
    const limiter = this.limiters.get(limit);
    const count = await limiter?.get(who);
    if (!limiter || !count || count.consumedPoints < limiter.points) return;
    tell(response, limit, limiter.points, count);
    throw refuse(response, limit, limiter.points, count);
  }
}

const secondsLeft = ({ msBeforeNext }: RateLimiterRes): number => Math.max(1, Math.ceil(msBeforeNext / 1_000));

/** As in draft-ietf-httpapi-ratelimit-headers-10: structured fields, `q` quota, `w` window, `r` remaining, `t` seconds until more. */
function tell(response: Response, limit: Limit, quota: number, count: RateLimiterRes): void {
  const remaining = Math.max(0, quota - count.consumedPoints);
  response.setHeader('RateLimit-Policy', `"${limit}";q=${quota};w=${WINDOW_SECONDS}`);
  response.setHeader('RateLimit', `"${limit}";r=${remaining};t=${secondsLeft(count)}`);
}

const WHOSE: Record<Limit, string> = {
  read: 'This key has sent its reading requests',
  write: 'This key has sent its writing requests',
  refused: 'This address has sent its requests without a valid key',
  open: 'This address has sent its requests without a key',
};

function refuse(response: Response, limit: Limit, quota: number, count: RateLimiterRes): ArcFleetError {
  const seconds = secondsLeft(count);
  response.setHeader('Retry-After', String(seconds));
  return new ArcFleetError('rate_limited', `${WHOSE[limit]} of this minute, ${quota}; try again in ${seconds} s.`);
}

/** What stands for a client's address: the address of IPv4, the network of IPv6, in which one client has many. */
export function addressOf(ip: string | undefined): string {
  if (ip === undefined || !ipaddr.isValid(ip)) return 'unknown';
  const address = ipaddr.process(ip);
  if (address.kind() === 'ipv4') return address.toString();
  return `${(address as ipaddr.IPv6).parts
    .slice(0, 4)
    .map((part) => part.toString(16))
    .join(':')}::/64`;
}
