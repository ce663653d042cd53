import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { GRANTS, isGranted, mayGive, SCOPES, type Grant, type Scope } from '../index.js';

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

describe('mayGive', () => {
  it('never lets a key make one that can do what it cannot do itself', () => {
    fc.assert(
      fc.property(fc.subarray([...GRANTS]), fc.constantFrom(...GRANTS), (own, grant) => {
        const more = SCOPES.filter((scope) => isGranted([grant], scope) && !isGranted(own, scope));
        expect(mayGive(own, grant) && more.length > 0).toBe(false);
      }),
    );
  });

  it('gives what it was given, and everything when it has everything', () => {
    for (const grant of GRANTS) {
      expect(mayGive([grant], grant)).toBe(true);
      expect(mayGive(['*'], grant)).toBe(true);
    }
  });

  it('takes no list of scopes for a star, which covers what is still to come', () => {
    expect(mayGive([...SCOPES], '*')).toBe(false);
    expect(mayGive([...SCOPES], '*:read')).toBe(false);
    expect(mayGive(['runs:read', 'runs:write'], 'runs:*')).toBe(true);
    expect(mayGive(['*:read'], 'keys:read')).toBe(false);
  });
});
