import type { Response } from 'express';
import { ArcFleetError } from '#contracts';

/**
 * Revision as an entity tag. It stands for what can be edited and not for all of the answer (a run has the same one while it makes
 * progress), so `If-None-Match` must not turn the answer into a 304.
 */
export function setEtag(response: Response, revision: number): void {
  delete response.req.headers['if-none-match'];
  response.setHeader('ETag', `"${revision}"`);
}

/**
 * The revision that a change is bound to by `If-Match`; null: to none (`*`, or no header). Quotes may be left out, which shells eat.
 * @throws ArcFleetError `malformed_request`.
 */
export function parseIfMatch(header: string | undefined): number | null {
  if (header === undefined || header.trim() === '*') return null;
  const [, , revision] = /^\s*("?)(\d{1,9})\1\s*$/.exec(header) ?? [];
  if (revision !== undefined) return Number(revision);
  throw new ArcFleetError('malformed_request', 'If-Match must be the ETag of one answer, or *.');
}

/** @throws ArcFleetError `precondition_failed` when the resource is not the one that the client has seen. */
export function checkRevision(found: number, expected: number | null): void {
  if (expected === null || expected === found) return;
  const message = `The resource has changed: its ETag is "${found}", If-Match says "${expected}". Read it again, then decide.`;
  throw new ArcFleetError('precondition_failed', message, { found, expected });
}
