import type { RequestHandler } from 'express';
import { ArcFleetError } from '#contracts';

/** No body of this API is that deep; what walks through a body may do so by calling itself. */
const MAX_DEPTH = 32;

/** No names of ours: a program that copies them into an object may change more than that object, and Nest drops them without a word. */
const TRAPS = ['__proto__', 'constructor', 'prototype'];

/** Why a parsed body is not taken, or null. */
export function findBadShape(body: unknown): string | null {
  const open: { value: unknown; depth: number }[] = [{ value: body, depth: 0 }];
  for (let next = open.pop(); next; next = open.pop()) {
    const { value, depth } = next;
    if (value === null || typeof value !== 'object') continue;
    if (depth >= MAX_DEPTH) return `The body is nested deeper than ${MAX_DEPTH} levels.`;
    const trap = TRAPS.find((name) => Object.hasOwn(value, name));
    if (trap !== undefined) return `The body has a field ${trap}, which cannot be a name.`;
    for (const item of Object.values(value)) open.push({ value: item, depth: depth + 1 });
  }
  return null;
}

/** Refuses bodies that {@link findBadShape} finds fault with. */
export const requirePlainJson: RequestHandler = (request, _response, next) => {
  const why = findBadShape(request.body);
  next(why === null ? undefined : new ArcFleetError('malformed_body', why));
};
