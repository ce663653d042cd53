import type { Response } from 'express';
import { setEtag } from './if-match.js';

interface Created {
  readonly replayed: boolean;
  readonly urls: { readonly self: string };
  readonly revision?: number;
}

/** What was created, with `Location`, its `ETag` if it can be edited, and whether this is the answer to an earlier request. */
export function answerCreated<C extends Created>(response: Response, { replayed, ...created }: C): Omit<C, 'replayed'> {
  response.setHeader('Location', created.urls.self);
  if (created.revision !== undefined) setEtag(response, created.revision);
  if (replayed) response.setHeader('Idempotent-Replayed', 'true');
  return created;
}
