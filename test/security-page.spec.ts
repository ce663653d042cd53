import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { GRANTS, SCOPED_RESOURCES } from '#contracts';

const root = new URL('../../', import.meta.url);
const page = readFileSync(new URL('docs/security.md', root), 'utf8');
const rows = [...page.matchAll(/^\| API(\d+) [^|]+\|([^|]+)\|([^|]+)\|$/gm)];

describe('docs/security.md', () => {
  it('has a row for each of the ten risks, in order', () => {
    expect(rows.map(([, number]) => Number(number))).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  });

  it.each(rows.map(([, number, , specs]) => [number!, specs!] as const))('API%s is held by specs that are there', (_, cell) => {
    const specs = [...cell.matchAll(/`([^`]+)`/g)].map(([, path]) => path!);
    expect(specs.length).toBeGreaterThan(0);
    for (const path of specs) {
      expect(path).toMatch(/^(apps|libs|test)\/[\w./-]+\.spec\.ts$/);
      expect(existsSync(new URL(path, root)), path).toBe(true);
      // A file without a claim would hold nothing.
      expect(readFileSync(new URL(path, root), 'utf8')).toMatch(/expect\(/);
    }
  });

  it('names every spec and source by a path that is there', () => {
    const paths = [...page.matchAll(/`((?:apps|libs|test|docs|infra)\/[\w./-]+)`/g)].map(([, path]) => path!);
    expect(paths.filter((path) => !existsSync(new URL(path, root)))).toEqual([]);
  });

  it('knows all resources of scopes, and the variables that the API reads', () => {
    for (const resource of SCOPED_RESOURCES) expect(page).toContain(`\`${resource}\``);
    expect(GRANTS).toContain('*:read');
    const config = readFileSync(new URL('apps/api/src/config.ts', root), 'utf8');
    const variables = [
      ...config.matchAll(/^ {2}(RATE_LIMIT_\w+|CORS_\w+|TRUSTED_\w+|ARCFLEET_(?:AUTH|FIRST_KEY_FILE)|REQUEST_\w+):/gm),
    ];
    expect(variables.length).toBeGreaterThanOrEqual(9);
    for (const [, name] of variables) expect(page).toContain(name);
    const defaults = [...config.matchAll(/(RATE_LIMIT_\w+): perMinute\(([\d_]+)\)/g)];
    for (const [, name, value] of defaults) expect(page).toMatch(new RegExp(`\`${name}\` .*\\| ${value!.replace('_', '')} \\|`));
  });
});
