import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const root = new URL('../../', import.meta.url);
const read = (path: string) => readFileSync(new URL(path, root), 'utf8');
const folders = (path: string) =>
  readdirSync(new URL(path, root), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name);

const manifest = JSON.parse(read('package.json')) as { scripts: Record<string, string>; imports: Record<string, string> };

describe('the tree', () => {
  it('has every app and library in nest-cli.json, with folders that nest g may write to', () => {
    const { projects } = JSON.parse(read('nest-cli.json')) as { projects: Record<string, { root: string; sourceRoot: string }> };
    // The dashboard is no Nest project.
    const expected = [...folders('apps/').map((name) => `apps/${name}`), ...folders('libs/').map((name) => `libs/${name}`)];
    const roots = Object.entries(projects).map(([name, project]) => {
      expect(project.root.endsWith(`/${name}`) && project.sourceRoot === `${project.root}/src`).toBe(true);
      return project.root;
    });
    expect(expected.filter((folder) => folder !== 'apps/dashboard' && !roots.includes(folder))).toEqual([]);
  });

  it('gives every library its name', () => {
    const expected = folders('libs/').map((name) => [`#${name}`, `./dist/libs/${name}/src/index.js`]);
    expect(manifest.imports).toMatchObject(Object.fromEntries(expected));
  });
});

const pages = [
  'README.md',
  ...readdirSync(new URL('docs/', root), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
  ...folders('libs/')
    .map((name) => `libs/${name}/README.md`)
    .filter((page) => existsSync(new URL(page, root))),
];

describe.each(pages)('%s', (page) => {
  const text = read(page);

  it('links only to what is there', () => {
    const links = [...text.matchAll(/\]\(([^)#\s]+)[^)]*\)/g)].map(([, link]) => link!).filter((link) => !/^\w+:/.test(link));
    expect(links.filter((link) => !existsSync(new URL(link, new URL(page, root))))).toEqual([]);
  });

  it('names only files, scripts and decisions that are there', () => {
    const quoted = [...text.matchAll(/`([^`\n]+)`/g)].map(([, words]) => words!);
    const files = quoted.filter((words) => /^(apps|libs|docs|infra|test)\/[\w./-]+$/.test(words));
    const isThere = (path: string) =>
      existsSync(new URL(path, root)) ||
      // A decision may be named by its number alone.
      (/^docs\/adr\/\d{4}$/.test(path) && readdirSync(new URL('docs/adr/', root)).some((name) => name.startsWith(path.slice(9))));
    // Apps that are not written yet are named in the plan of the whole.
    expect(files.filter((path) => !path.startsWith('apps/') && !isThere(path))).toEqual([]);
    const scripts = [...text.matchAll(/npm (?:run )?(?!ci\b|install\b)([a-z][\w:-]*)/g)].map(([, name]) => name!);
    expect(scripts.filter((name) => !(name in manifest.scripts) && !/^(run|package|packages|registry|has)$/.test(name))).toEqual(
      [],
    );
  });
});
