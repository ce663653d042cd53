import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { apiKeyFor } from './api-key.js';

let folder: string;
let apiKeyFile: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'arcfleet-key-'));
  apiKeyFile = join(folder, 'api-key');
  writeFileSync(apiKeyFile, 'arc_local\n');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('apiKeyFor', () => {
  it.each(['http://127.0.0.1:3000', 'http://localhost:3000', 'http://[::1]:3000'])('sends the kept key to %s', (url) => {
    expect(apiKeyFor({ apiKey: undefined, apiKeyFile }, url)).toBe('arc_local');
  });

  it.each([
    'https://arcfleet.example',
    'http://127.0.0.1.evil.test',
    'http://localhost@evil.test',
    'http://10.0.0.1:3000',
    'no URL',
  ])('sends it not to %s', (url) => {
    expect(apiKeyFor({ apiKey: undefined, apiKeyFile }, url)).toBeUndefined();
  });

  it('sends the key of the environment everywhere, and first', () => {
    for (const url of ['https://arcfleet.example', 'http://127.0.0.1:3000']) {
      expect(apiKeyFor({ apiKey: 'arc_env', apiKeyFile }, url)).toBe('arc_env');
    }
  });

  it('has none where there is none', () => {
    expect(apiKeyFor({ apiKey: undefined, apiKeyFile: join(folder, 'missing') }, 'http://localhost:3000')).toBeUndefined();
  });
});
