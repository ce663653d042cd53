import { describe, expect, it } from 'vitest';
import { loadConfig } from './config.js';

const load = (env: Record<string, string> = {}) => loadConfig({ DATABASE_URL: 'postgres://db/x', ...env });

describe('loadConfig', () => {
  it('asks for keys, limits requests and lets no other origin in, unless told otherwise', () => {
    const { access, firstKeyFile, host } = load();
    expect(host).toBe('127.0.0.1');
    expect(access).toMatchObject({ auth: 'keys', corsOrigins: [], trustedProxies: [], requestTimeoutMs: 60_000 });
    expect(access.streamsPerKey).toBe(100);
    expect(Object.values(access.rateLimits).every((limit) => limit > 0)).toBe(true);
    expect(firstKeyFile).toBeUndefined();
  });

  it.each(['127.0.0.1', '127.9.9.9', '::1', 'localhost', '::ffff:127.0.0.1'])('takes ARCFLEET_AUTH=none on %s', (HOST) => {
    expect(load({ ARCFLEET_AUTH: 'none', HOST }).access.auth).toBe('none');
  });

  it.each(['0.0.0.0', '::', '10.0.0.1', 'api.example', 'localhost.example', '127.0.0.1.example'])(
    'refuses ARCFLEET_AUTH=none on %s, which others can reach',
    (HOST) => {
      expect(() => load({ ARCFLEET_AUTH: 'none', HOST })).toThrow(expect.objectContaining({ code: 'config_invalid' }));
      expect(load({ HOST }).host).toBe(HOST);
    },
  );

  it('reads lists and limits', () => {
    const { access } = load({
      CORS_ORIGINS: 'https://a.example, http://localhost:5173',
      TRUSTED_PROXIES: '10.0.0.0/8,::1',
      RATE_LIMIT_READ_PER_MINUTE: '0',
      RATE_LIMIT_WRITE_PER_MINUTE: '7',
      REQUEST_TIMEOUT_SECONDS: '5',
    });
    expect(access).toMatchObject({
      corsOrigins: ['https://a.example', 'http://localhost:5173'],
      trustedProxies: ['10.0.0.0/8', '::1'],
      rateLimits: { read: 0, write: 7 },
      requestTimeoutMs: 5_000,
    });
  });

  it.each([
    ['CORS_ORIGINS', '*'],
    ['CORS_ORIGINS', 'https://a.example/path'],
    ['CORS_ORIGINS', 'a.example'],
    ['CORS_ORIGINS', 'null'],
    ['TRUSTED_PROXIES', 'true'],
    ['TRUSTED_PROXIES', 'proxy.example'],
    ['RATE_LIMIT_READ_PER_MINUTE', '-1'],
    ['RATE_LIMIT_WRITE_PER_MINUTE', 'many'],
    ['ARCFLEET_AUTH', 'off'],
    ['REQUEST_TIMEOUT_SECONDS', '0'],
  ])('refuses %s=%s and names it', (name, value) => {
    expect(() => load({ [name]: value })).toThrow(new RegExp(`^The environment is not valid.*${name}`));
  });
});
