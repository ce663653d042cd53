import { describe, expect, it } from 'vitest';
import { isGranted, SCOPES, type Grant, type Scope } from '../index.js';

const granted = (grants: Grant[]): Scope[] => SCOPES.filter((scope) => isGranted(grants, scope));

describe('isGranted', () => {
  it('gives everything to *, and nothing to no grant', () => {
    expect(granted(['*'])).toEqual(SCOPES);
    expect(granted([])).toEqual([]);
  });

  it('gives a scope to itself alone, and a resource to its star', () => {
    expect(granted(['runs:read'])).toEqual(['runs:read']);
    expect(granted(['runs:*', 'models:write'])).toEqual(['runs:read', 'runs:write', 'models:write']);
  });

  it('keeps keys and the audit log from who may read everything', () => {
    const scopes = granted(['*:read']);
    expect(scopes.every((scope) => scope.endsWith(':read'))).toBe(true);
    expect(scopes).toContain('webhooks:read');
    expect(scopes).not.toContain('keys:read');
    expect(scopes).not.toContain('audit:read');
  });
});
