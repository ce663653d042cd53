import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, statSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { KeyWithToken } from '#contracts';
import { findFreePort, type Part } from '#services';
import { aTinyRun, TestFleet } from '#test-support';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const API_MAIN = fileURLToPath(new URL('../../apps/api/src/main.js', import.meta.url));
const CLI_MAIN = fileURLToPath(new URL('../../apps/cli/src/main.js', import.meta.url));

let fleet: TestFleet;
let receiver: Server;
/** A second API process on the same database. */
let second: Part;
let secondUrl: string;

beforeAll(async () => {
  receiver = createServer((request, response) => {
    request.resume();
    // Refused first, so that the log has something to tell.
    response.writeHead(500).end();
  });
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  fleet = await TestFleet.start(undefined, { LOG_LEVEL: 'debug' });
  const port = await findFreePort();
  secondUrl = `http://127.0.0.1:${port}`;
  second = fleet.session.startPart({
    name: 'api-2',
    command: process.execPath,
    args: ['--enable-source-maps', API_MAIN],
    env: { DATABASE_URL: fleet.database.url, PORT: String(port), LOG_LEVEL: 'debug' },
  });
  await fleet.until('the second API is healthy', async () => (await fetch(`${secondUrl}/health`)).ok);
});
afterAll(async () => {
  await fleet?.stop();
  receiver?.closeAllConnections();
  receiver?.close();
});

const bearer = (key: string | null) => ({ headers: { authorization: `Bearer ${key}` } });
const logOf = (part: Part): string => readFileSync(part.logFile, 'utf8');

async function cli(...args: string[]): Promise<{ code: number | null; output: string }> {
  const env = { ...process.env, INIT_CWD: fleet.folder, ARCFLEET_HOME: join(fleet.folder, 'home'), ARCFLEET_API_KEY: '' };
  const child = spawn(process.execPath, [CLI_MAIN, ...args], { cwd: fleet.folder, env });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += String(chunk)));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, output };
}

describe('the first key', () => {
  it('lies in a file for its owner alone, and opens every API process', async () => {
    expect(statSync(join(fleet.folder, 'api-key')).mode & 0o777).toBe(0o600);
    for (const url of [fleet.apiUrl, secondUrl]) {
      expect((await fetch(`${url}/runs`, bearer(fleet.key))).status).toBe(200);
      expect((await fetch(`${url}/runs`)).status).toBe(401);
    }
    expect(await fleet.query('select name from api_keys')).toEqual([{ name: 'first' }]);
  });
});

describe('a key', () => {
  it('revoked at one process is refused by the other, also when that was killed in between', async () => {
    const { token, id } = (await (await fleet.post('/keys', { name: 'ci', grants: ['runs:read'] })).json()) as KeyWithToken;
    expect((await fetch(`${secondUrl}/runs`, bearer(token))).status).toBe(200);
    process.kill(fleet.api.pid!, 'SIGKILL');
    await fleet.until('the API is back', async () => (await fetch(`${fleet.apiUrl}/runs`, bearer(token))).status === 200);
    expect((await fetch(`${fleet.apiUrl}/keys/${id}`, { method: 'DELETE', ...bearer(fleet.key) })).status).toBe(204);
    await fleet.until('the key is refused', async () => (await fetch(`${secondUrl}/runs`, bearer(token))).status === 401);
    expect((await fetch(`${fleet.apiUrl}/runs`, bearer(token))).status).toBe(401);
  });
});

describe('the command line', () => {
  it('says what to set where it has no key', async () => {
    const { code, output } = await cli('train', '--network', 'tiny', '--dataset', '/nowhere', '--api', fleet.apiUrl);
    expect(code).toBe(1);
    expect(output).toMatch(/ARCFLEET_API_KEY.*\(unauthorized\)/s);
  });
});

it('no log holds a secret: neither keys, nor what was sent for one, nor those of webhooks', async () => {
  const url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hook`;
  const own = `whsec_${Buffer.from('0123456789abcdef0123456789abcdef').toString('base64')}`;
  const { token, id } = (await (await fleet.post('/keys', { name: 'ci', grants: ['*'] })).json()) as KeyWithToken;
  const rotated = (await (await fleet.post(`/keys/${id}/rotate`, {})).json()) as KeyWithToken;
  const wrong = `${token!.slice(0, 25)}${'W'.repeat(43)}`;
  const made = (await (
    await fleet.post('/runs', { ...aTinyRun('/nowhere'), webhooks: [{ url, secret: own }, { url: `${url}/2` }] })
  ).json()) as { id: string; webhookSecrets: { secret: string }[] };
  const secrets = [
    ...[fleet.key, token, rotated.token, wrong].map((key) => key!.slice(25)),
    ...[own, ...made.webhookSecrets.map(({ secret }) => secret)].map((secret) => secret.slice('whsec_'.length)),
  ];
  expect(secrets.length).toBeGreaterThanOrEqual(6);
  expect(secrets.every((secret) => secret.length >= 32)).toBe(true);

  // Answers and errors of every kind, with the secrets wherever a client may put them.
  for (const key of [token!, wrong, 'Basic', rotated.token!]) {
    await fetch(`${fleet.apiUrl}/runs?key=${key}`, bearer(key));
    await fetch(`${fleet.apiUrl}/runs/${key}`, bearer(key));
    await fetch(`${fleet.apiUrl}/keys/me`, bearer(key));
    await fetch(`${fleet.apiUrl}/runs`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...bearer(key).headers },
      body: `{"webhooks": [{"url": "${url}", "secret": "${own}"`,
    });
  }
  // An error in the database, with the statement that failed.
  await fleet.query('alter table webhook_endpoints rename column secret to away');
  expect((await fleet.post('/runs', { ...aTinyRun('/nowhere'), webhooks: [{ url, secret: own }] })).status).toBe(500);
  await fleet.query('alter table webhook_endpoints rename column away to secret');
  await fleet.until('webhooks were tried', async () =>
    (await fleet.deliveries(made.id)).deliveries.some(({ attempts }) => attempts > 0),
  );
  await fleet.cancel(made.id);

  const logs = { api: logOf(fleet.api), second: logOf(second), results: logOf(fleet.results) };
  expect(logs.api).toContain('"message":"request"');
  expect(logs.api).toContain('request failed');
  expect(logs.results.length).toBeGreaterThan(0);
  for (const [name, log] of Object.entries(logs)) {
    for (const secret of secrets) expect(log.includes(secret), `the log of ${name} holds a secret`).toBe(false);
  }
  // Nor does the database keep one that is only to be compared.
  const rows = JSON.stringify([
    await fleet.query('select * from api_keys'),
    await fleet.query('select * from audit_events'),
    await fleet.query('select * from idempotency_keys'),
  ]);
  for (const secret of secrets.slice(0, 4)) expect(rows).not.toContain(secret);
});
