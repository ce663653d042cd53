import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { Request } from 'express';
import type { Grant } from '#contracts';

/** Who sent a request. */
export interface Actor {
  /** Id of the key, for the audit log and the scope of idempotency keys. */
  readonly id: string;
  readonly grants: readonly Grant[];
}

/** Where no keys are asked for. */
export const ANYBODY: Actor = { id: 'anybody', grants: ['*'] };

/** The actor that the guard has found. */
export type RequestWithActor = Request & { actor?: Actor };

/** Parameter decorator: who sent the request. */
export const CurrentActor = createParamDecorator(
  (_: unknown, context: ExecutionContext): Actor => context.switchToHttp().getRequest<RequestWithActor>().actor ?? ANYBODY,
);
