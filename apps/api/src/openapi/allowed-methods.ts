import type { Route } from '../http/operation.js';

/** Methods that a path takes, or null when no route has it. */
export function allowedMethods(routes: readonly Route[], path: string): string[] | null {
  const methods = routes.filter((route) => toPattern(route.path).test(path)).map(({ method }) => method);
  return methods.length > 0 ? [...new Set(methods)] : null;
}

function toPattern(path: string): RegExp {
  return new RegExp(`^${path.replaceAll('.', '\\.').replace(/\{[^}]+\}/g, '[^/]+')}/?$`);
}
