import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { ArcFleetError, isGranted, type Scope } from '#contracts';
import { operationOf } from '../http/operation.js';
import { ApiSettings } from '../settings.js';
import type { Actor, RequestWithActor } from './actor.js';

/** Lets a request through to a handler when its key is granted the scope that the handler's operation asks for. */
@Injectable()
export class ScopeGuard implements CanActivate {
  constructor(private readonly settings: ApiSettings) {}

  canActivate(context: ExecutionContext): boolean {
    const operation = operationOf(context.getHandler());
    if (!operation) throw new ArcFleetError('internal', 'A handler without an operation: nobody may call it.');
    const { scope } = operation;
    if (scope === null || operation.openIf?.(this.settings) === true) return true;
    const { actor } = context.switchToHttp().getRequest<RequestWithActor>();
    // The gate lets nobody else come this far; a way around it must not be a way in.
    if (!actor) throw new ArcFleetError('unauthorized', 'The request carries no key; send Authorization: Bearer <key>.');
    if (scope !== 'any') requireScope(actor, scope);
    return true;
  }
}

/** @throws ArcFleetError `forbidden`, with the scope that is missing, which the answer names in `WWW-Authenticate`, too. */
export function requireScope({ grants }: Actor, scope: Scope): void {
  if (isGranted(grants, scope)) return;
  throw new ArcFleetError('forbidden', `This needs the scope ${scope}, which the key does not have.`, { scope });
}
