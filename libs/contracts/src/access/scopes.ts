/** What the API keeps, as scopes of keys name it. */
export const SCOPED_RESOURCES = [
  'runs',
  'evaluations',
  'models',
  'embeddings',
  'datasets',
  'schedules',
  'webhooks',
  'tasks',
  'workers',
  'keys',
  'audit',
] as const;
export type ScopedResource = (typeof SCOPED_RESOURCES)[number];

/** What an operation asks of the key that calls it: `write` is all that changes something or takes slots of the fleet. */
export type Scope = `${ScopedResource}:${'read' | 'write'}`;

/** What a key may be given: scopes, all of a resource, all reading, or everything. */
export const SCOPES: readonly Scope[] = SCOPED_RESOURCES.flatMap((resource): Scope[] => [
  `${resource}:read`,
  `${resource}:write`,
]);
export const GRANTS = ['*', '*:read', ...SCOPED_RESOURCES.map((resource) => `${resource}:*` as const), ...SCOPES] as const;
export type Grant = '*' | '*:read' | `${ScopedResource}:*` | Scope;

/** True when one of the grants covers the scope. `*:read` reads everything but keys and the audit log: those take a grant of their own. */
export function isGranted(grants: readonly Grant[], scope: Scope): boolean {
  const [resource, access] = scope.split(':') as [ScopedResource, 'read' | 'write'];
  const isOwn = resource === 'keys' || resource === 'audit';
  return grants.some(
    (grant) =>
      grant === '*' || grant === scope || grant === `${resource}:*` || (grant === '*:read' && access === 'read' && !isOwn),
  );
}

/**
 * True when a key with `own` grants may give `grant` to another: a key never makes one that can do more than itself. `*` and
 * `*:read` cover scopes that are not there yet, so a list of scopes does not stand for them.
 */
export function mayGive(own: readonly Grant[], grant: Grant): boolean {
  if (own.includes('*')) return true;
  if (grant === '*' || grant === '*:read') return own.includes(grant);
  return SCOPES.filter((scope) => isGranted([grant], scope)).every((scope) => isGranted(own, scope));
}
