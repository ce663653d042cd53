import type { IncomingMessage } from 'node:http';
import type { Request, RequestHandler } from 'express';
import { ArcFleetError } from '#contracts';
import { ANYBODY, type RequestWithActor } from '../access/actor.js';
import { requireScope } from '../access/scope.guard.js';

const JSON_TYPES = ['application/json', 'application/*+json'];
const JSON_TYPE = /^application\/(json|[^\s;]+\+json)\s*(;|$)/i;
const EMBEDDINGS = /^\/models\/[^/]+\/embeddings\/?$/i;

const isJson = (request: IncomingMessage): boolean => JSON_TYPE.test(request.headers['content-type'] ?? '');
const hasImages = (request: IncomingMessage): boolean => EMBEDDINGS.test((request as Request).path);

/** Options of the JSON parsers. Not strict: `null` or a number is JSON, and the schema says better what is wrong with it. */
export const JSON_BODY = { limit: '256kb', type: isJson, strict: false };
/** Bodies that carry images: sixteen of the largest size, in base64. Comes before {@link JSON_BODY}. */
export const IMAGES_BODY = {
  limit: '24mb',
  type: (request: IncomingMessage) => hasImages(request) && isJson(request),
  strict: false,
};

/** Requests with images that are served at the same time: each may hold some 50 MB, and keeps a slot of the fleet waiting. */
const MAX_WITH_IMAGES = 8;

/** Refuses requests with images beyond {@link MAX_WITH_IMAGES} before their bodies are read. */
export function boundImages(): RequestHandler {
  let served = 0;
  return (request: RequestWithActor, response, next) => {
    if (request.method !== 'POST' || !hasImages(request)) return next();
    // Who may not ask holds none of the places while its body comes.
    requireScope(request.actor ?? ANYBODY, 'embeddings:write');
    if (served >= MAX_WITH_IMAGES) {
      const detail = `${served} requests for embeddings are being served, which is all that are at once; try again.`;
      return next(new ArcFleetError('unavailable', detail));
    }
    served += 1;
    response.once('close', () => (served -= 1));
    next();
  };
}

/** Refuses a body of another type, which the JSON parser would silently leave unread. */
export const requireJson: RequestHandler = (request, _response, next) => {
  const hasBody = request.headers['transfer-encoding'] !== undefined || Number(request.headers['content-length'] ?? 0) > 0;
  if (!hasBody || request.is(JSON_TYPES)) return next();
  const found = request.headers['content-type'] ?? 'nothing';
  next(new ArcFleetError('unsupported_media_type', `The body must be application/json, the request says ${found}.`));
};
