import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const root = new URL('../../', import.meta.url);
const read = (path: string) => readFileSync(new URL(path, root), 'utf8');
const compose = read('docker-compose.yml');

/** Lines of the block under `key:`, which stands at that indentation, without their own. */
function blockOf(text: string, key: string, indent: number): string {
  const lines = text.split('\n');
  const start = lines.findIndex((line) => new RegExp(`^ {${indent}}${key}:`).test(line));
  if (start === -1) return '';
  const length = lines.slice(start + 1).findIndex((line) => line.trim() !== '' && !line.startsWith(' '.repeat(indent + 1)));
  return lines.slice(start + 1, length === -1 ? undefined : start + 1 + length).join('\n');
}

/** What compose makes of a value when only the required variables are set. */
function substitute(value: string): string {
  return value.replace(/\$\{(\w+)(?::-([^}]*)|:\?[^}]*)\}/g, (_, _name, fallback?: string) => fallback ?? 'secret');
}

const service = (name: string) => blockOf(blockOf(compose, 'services', 0), name, 2);

function environmentOf(name: string): Record<string, string> {
  const entries = [...blockOf(service(name), 'environment', 4).matchAll(/^ {6}(\w+): (.*)$/gm)];
  return Object.fromEntries(entries.map(([, key, value]) => [key!, substitute(value!)]));
}

/** Services that run one of our apps, as far as it is there. */
const RUNNING = [
  { name: 'api', app: 'api' },
  { name: 'results', app: 'results' },
  { name: 'worker', app: 'worker' },
  { name: 'worker-gpu', app: 'worker' },
].filter(({ app }) => existsSync(new URL(`apps/${app}/src/config.ts`, root)));

describe('docker-compose.yml', () => {
  it.each(RUNNING)('gives $name an environment that it accepts, and nothing that it does not know', async ({ name, app }) => {
    const environment = environmentOf(name);
    expect(Object.keys(environment).length).toBeGreaterThan(2);
    const { loadConfig } = (await import(new URL(`dist/apps/${app}/src/config.js`, root).href)) as {
      loadConfig(env: Record<string, string>): unknown;
    };
    expect(() => loadConfig(environment)).not.toThrow();
    const source = read(`apps/${app}/src/config.ts`);
    expect(Object.keys(environment).filter((key) => !new RegExp(`\\b${key}\\b`).test(source))).toEqual([]);
    expect(service(name)).toContain(`dist/apps/${app}/src/main.js`);
  });

  it.each(['worker', 'worker-gpu'])('waits longer for %s to stop than its trainers may take', (name) => {
    const [, seconds] = /stop_grace_period: (\d+)s/.exec(substitute(service(name)))!;
    expect(Number(seconds) * 1_000).toBeGreaterThan(Number(environmentOf(name)['ARCFLEET_GRACE_MS']) + 10_000);
  });

  it('publishes ports on this machine only, and holds no secret', () => {
    const ports = [...substitute(compose).matchAll(/^ {6}- '?([^'\n]*:\d+:\d+)'?$/gm)].map(([, port]) => port!);
    expect(ports).toHaveLength(3);
    expect(ports.filter((port) => !port.startsWith('127.0.0.1:'))).toEqual([]);
    const passwords = compose.match(/\$\{\w*PASSWORD[^}]*\}/g) ?? [];
    expect(passwords.length).toBeGreaterThan(5);
    expect(passwords.filter((use) => !use.includes(':?'))).toEqual([]);
  });

  it('uses files and variables that exist', () => {
    for (const [, file] of compose.matchAll(/dockerfile: (\S+)/g)) expect(existsSync(new URL(file!, root))).toBe(true);
    const example = read('infra/docker/env.example');
    const variables = new Set([...compose.matchAll(/\$\{(\w+)/g)].map(([, name]) => name!));
    expect([...variables].filter((name) => !new RegExp(`^#?${name}=`, 'm').test(example))).toEqual([]);
  });
});
