import type { RequestHandler } from 'express';
import ipaddr from 'ipaddr.js';
import { ArcFleetError } from '#contracts';

/** True for a host that only this machine can reach. */
export function isLoopback(host: string): boolean {
  const name = host.replace(/^\[(.*)\]$/, '$1').toLowerCase();
  if (name === 'localhost') return true;
  return ipaddr.isValid(name) && ipaddr.process(name).range() === 'loopback';
}

/** Where no keys are asked for, a page whose name was made to point to this machine (DNS rebinding) must stay outside. */
export const requireLocalHost: RequestHandler = (request, _response, next) => {
  const host = (request.headers.host ?? '').replace(/:\d+$/, '');
  if (isLoopback(host)) return next();
  next(new ArcFleetError('forbidden', 'Without keys the API answers only to names of this machine.'));
};
