import type { RequestHandler } from 'express';
import { ArcFleetError } from '#contracts';

const JSON_TYPES = ['application/json', 'application/*+json'];

/** Options of the JSON parser. Not strict: `null` or a number is JSON, and the schema says better what is wrong with it. */
export const JSON_BODY = { limit: '256kb', type: JSON_TYPES, strict: false };

/** Refuses a body of another type, which the JSON parser would silently leave unread. */
export const requireJson: RequestHandler = (request, _response, next) => {
  const hasBody = request.headers['transfer-encoding'] !== undefined || Number(request.headers['content-length'] ?? 0) > 0;
  if (!hasBody || request.is(JSON_TYPES)) return next();
  const found = request.headers['content-type'] ?? 'nothing';
  next(new ArcFleetError('unsupported_media_type', `The body must be application/json, the request says ${found}.`));
};
