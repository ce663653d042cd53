import type { Route } from '../http/operation.js';

/** Methods that a path takes, or null when no route has it. A path that stands for itself is none of those with parameters. */
export function allowedMethods(routes: readonly Route[], path: string): string[] | null {
  const matching = routes.filter((route) => toPattern(route.path).test(path));
  // A path that stands there as it is (/keys/me) is no value of a parameter (/keys/{id}).
  const literal = matching.filter((route) => !route.path.includes('{'));
  const methods = (literal.length > 0 ? literal : matching).map(({ method }) => method);
  return methods.length > 0 ? [...new Set(methods)] : null;
}

/** True when the request is for an operation that is open to everybody. HEAD is a GET whose answer has no body. */
export function isOpenTo(routes: readonly Route[], method: string, path: string): boolean {
  const wanted = method === 'HEAD' ? 'GET' : method;
  return routes.some((route) => route.scope === null && route.method === wanted && toPattern(route.path).test(path));
}

const patterns = new Map<string, RegExp>();

/** As the router matches: in any case, with or without a slash at the end. */
function toPattern(path: string): RegExp {
  let pattern = patterns.get(path);
  if (!pattern) {
    pattern = new RegExp(`^${path.replaceAll('.', '\\.').replace(/\{[^}]+\}/g, '[^/]+')}/?$`, 'i');
    patterns.set(path, pattern);
  }
  return pattern;
}
