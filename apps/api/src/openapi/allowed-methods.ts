import type { Route } from '../http/operation.js';

/** Methods that a path takes, or null when no route has it. A path that stands for itself is none of those with parameters. */
export function allowedMethods(routes: readonly Route[], path: string): string[] | null {
  const own = routes.filter((route) => route.path === path).map(({ method }) => method);
  if (own.length > 0) return [...new Set(own)];
  const methods = routes.filter((route) => toPattern(route.path).test(path)).map(({ method }) => method);
  return methods.length > 0 ? [...new Set(methods)] : null;
}

function toPattern(path: string): RegExp {
  return new RegExp(`^${path.replaceAll('.', '\\.').replace(/\{[^}]+\}/g, '[^/]+')}/?$`);
}
