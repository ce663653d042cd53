import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

const root = new URL('../../', import.meta.url);
const sources = ['apps/', 'libs/'].flatMap((folder) =>
  readdirSync(new URL(folder, root), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.spec.ts'))
    .map((name) => folder + name),
);

it('every advisory lock has a key of its own: one that is held for long would stop another for ever', () => {
  const uses = sources.flatMap((path) =>
    [...readFileSync(new URL(path, root), 'utf8').matchAll(/\b0x41_46_00_\w{2}\b/g)].map(([key]) => ({ path, key })),
  );
  expect(uses.length).toBeGreaterThanOrEqual(5);
  const shared = uses.filter(({ key }) => uses.filter((use) => use.key === key).length > 1);
  expect(shared).toEqual([]);
});
