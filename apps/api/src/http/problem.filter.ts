import { Catch, HttpException, NotFoundException, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { Request, Response } from 'express';
import { ArcFleetError, ERRORS, type ErrorCode, type FieldError } from '#contracts';
import type { Logger } from '#telemetry';
import { allowedMethods } from '../openapi/allowed-methods.js';
import { isConnectionError } from './connection-error.js';
import type { Route } from './operation.js';
import { toProblem } from './problem.js';

/** Errors of the body parser (http-errors) by their `type`. */
const BODY_ERRORS: Record<string, ErrorCode> = {
  'entity.parse.failed': 'malformed_body',
  'entity.too.large': 'payload_too_large',
  'encoding.unsupported': 'unsupported_media_type',
  'charset.unsupported': 'unsupported_media_type',
};

interface Answer {
  code: ErrorCode;
  detail: string;
  errors?: readonly FieldError[] | undefined;
  allow?: string;
  /** Of the key that asked. */
  missingScope?: string | undefined;
}

/** Every error of every route as problem+json, and only this filter decides its status. Unknown errors tell nothing of the inside. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(
    private readonly logger: Logger,
    private readonly routes: readonly Route[],
  ) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const request = host.switchToHttp().getRequest<Request>();
    const response = host.switchToHttp().getResponse<Response>();
    const answer = this.toAnswer(error, request);
    const { httpStatus } = ERRORS[answer.code];
    if (httpStatus >= 500) this.logger.error('request failed', { method: request.method, path: request.path, error });
    if (response.headersSent) {
      response.destroy();
      return;
    }
    if (answer.allow) response.setHeader('Allow', answer.allow);
    if (answer.missingScope !== undefined) {
      const challenge = `Bearer realm="arcfleet", error="insufficient_scope", scope="${answer.missingScope}"`;
      response.setHeader('WWW-Authenticate', challenge);
    }
    if (answer.code === 'unavailable' || answer.code === 'idempotency_in_progress') response.setHeader('Retry-After', '1');
    const problem = toProblem(answer.code, answer.detail, request.path, answer.errors);
    response.status(httpStatus).type('application/problem+json').send(JSON.stringify(problem));
  }

  private toAnswer(error: unknown, request: Request): Answer {
    if (error instanceof ArcFleetError) {
      const { code, message, details } = error;
      const missingScope = code === 'forbidden' ? (details['scope'] as string | undefined) : undefined;
      return { code, detail: message, errors: details['fieldErrors'] as FieldError[] | undefined, missingScope };
    }
    if (error instanceof NotFoundException) {
      const methods = allowedMethods(this.routes, request.path);
      if (methods === null) return { code: 'not_found', detail: `There is nothing at ${request.path}.` };
      const allow = methods.join(', ');
      return { code: 'method_not_allowed', detail: `${request.path} takes ${allow}, not ${request.method}.`, allow };
    }
    // Nest wraps errors of the body parser; only the cause has their `type`.
    const origin = error instanceof HttpException && error.cause !== undefined ? error.cause : error;
    const { type, status, message, limit } = origin as { type?: unknown; status?: unknown; message?: string; limit?: number };
    const bodyCode = typeof type === 'string' ? BODY_ERRORS[type] : undefined;
    if (bodyCode) return { code: bodyCode, detail: bodyDetail(bodyCode, message, limit) };
    const httpStatus = error instanceof HttpException ? error.getStatus() : status;
    if (typeof httpStatus === 'number' && httpStatus >= 400 && httpStatus < 500) {
      return {
        code: type === undefined ? 'malformed_request' : 'malformed_body',
        detail: message ?? 'The request is malformed.',
      };
    }
    if (isConnectionError(error)) return { code: 'unavailable', detail: 'The database cannot be reached; try again.' };
    return { code: 'internal', detail: 'An unexpected error; the log of the API has the details.' };
  }
}

function bodyDetail(code: ErrorCode, message = '', limit = 0): string {
  if (code === 'malformed_body') return `The body is not valid JSON: ${message}`;
  if (code === 'payload_too_large') return `The body is larger than ${limit >> 10} kB.`;
  return message;
}
