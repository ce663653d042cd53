import { LOG_LIMITS, type NewLogLine } from '#contracts';
import { createRedis, readLogs, whenReady } from '#queue';
import { freshRedis, type Fresh } from '#test-support';
import type { Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { cutText, LogOutlet, tee } from './log-outlet.js';

let server: Fresh;
let redis: Redis;
beforeAll(async () => {
  server = await freshRedis();
  redis = createRedis(server.url, 'fail-fast');
  redis.on('error', () => undefined);
  await whenReady(redis);
});
beforeEach(() => redis.flushdb());
afterAll(async () => {
  redis?.disconnect();
  await server?.release();
});

const open = (overrides: Partial<ConstructorParameters<typeof LogOutlet>[0]> = {}): LogOutlet =>
  new LogOutlet({
    address: { runId: 'run_x', generation: 2, rank: 1 },
    workerId: 'w',
    redis,
    minimum: 'info',
    flushMs: 10,
    ...overrides,
  });

async function arrived(): Promise<NewLogLine[]> {
  return (await readLogs(redis, 10_000)).flatMap(({ batch }) => batch?.lines ?? []);
}
const messages = async (): Promise<string[]> => (await arrived()).map(({ message }) => message);

describe('the way of log lines out of a worker', () => {
  it('keeps their order, numbers them, and says where they are from', async () => {
    const outlet = open();
    for (let line = 0; line < 450; line += 1) outlet.log('info', `line ${line}`, { runId: 'run_x', rank: 1, step: line });
    await outlet.close();
    const entries = await readLogs(redis, 100);
    expect(entries.map(({ batch }) => batch?.lines.length)).toEqual([200, 200, 50]);
    expect(entries[0]?.batch).toMatchObject({ runId: 'run_x', generation: 2, rank: 1, workerId: 'w' });
    const lines = await arrived();
    expect(lines.map(({ line }) => line)).toEqual(Array.from({ length: 450 }, (_, line) => line));
    expect(lines[7]).toMatchObject({ level: 'info', message: 'line 7', fields: { step: 7 } });
  });

  it('goes by itself, without an end', async () => {
    const outlet = open();
    outlet.log('warn', 'soon');
    while ((await messages()).length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    expect(await messages()).toEqual(['soon']);
    await outlet.close();
    outlet.log('warn', 'too late');
    await outlet.close();
    expect(await messages()).toEqual(['soon']);
  });

  it('leaves out what is less important than asked for', async () => {
    const outlet = open({ minimum: 'warn' });
    for (const level of ['debug', 'info', 'warn', 'error'] as const) outlet.log(level, level);
    await outlet.close();
    expect(await messages()).toEqual(['warn', 'error']);
  });

  it('drops what a rank says too fast, and says so once', async () => {
    const outlet = open();
    for (let line = 0; line < LOG_LIMITS.burstLines + 100; line += 1) outlet.log('info', `line ${line}`);
    await outlet.close();
    const found = await messages();
    expect(found.filter((message) => message.startsWith('line'))).toHaveLength(LOG_LIMITS.burstLines);
    expect(found.at(-1)).toBe(
      `log_rate_exceeded: 100 lines dropped; a rank may log ${LOG_LIMITS.linesPerSecond} lines a second.`,
    );
  });

  it('cuts what is too long, and carries no secret', async () => {
    const outlet = open();
    outlet.log('info', 'é'.repeat(5_000), { text: 'x'.repeat(5_000) });
    outlet.log('info', 'connect redis://user:pass@host/0', { apiKey: 'k', nested: { password: 'p', bytes: new Uint8Array(3) } });
    await outlet.close();
    const [long, secret] = await arrived();
    expect(Buffer.byteLength(long!.message)).toBeLessThanOrEqual(LOG_LIMITS.messageBytes);
    expect(long).toMatchObject({ message: expect.stringMatching(/^é+ \[10000 bytes\]$/), fields: { omitted: '5011 bytes' } });
    expect(secret).toMatchObject({
      message: 'connect redis://***@host/0',
      fields: { apiKey: '***', nested: { password: '***', bytes: '<3 bytes>' } },
    });
  });

  it('holds up nobody while Redis is away', async () => {
    const away = createRedis('redis://127.0.0.1:1', 'fail-fast');
    away.on('error', () => undefined);
    const outlet = open({ redis: away });
    outlet.log('error', 'unheard');
    await outlet.close();
    away.disconnect();
    expect(await messages()).toEqual([]);
  });

  it('sends lines again that Redis did not take', async () => {
    let isAway = true;
    let onTry: () => void = () => undefined;
    const tried = new Promise<void>((resolve) => (onTry = resolve));
    // A connection that breaks: the pipeline is the only thing that the outlet uses.
    const flaky = new Proxy(redis, {
      get: (target, key) => {
        if (key === 'pipeline' && isAway) {
          onTry();
          throw new Error('away');
        }
        const value: unknown = Reflect.get(target, key);
        return typeof value === 'function' ? (value.bind(target) as unknown) : value;
      },
    });
    const outlet = open({ redis: flaky });
    outlet.log('info', 'first');
    await tried;
    expect(await messages()).toEqual([]);
    isAway = false;
    outlet.log('info', 'second');
    await outlet.close();
    expect(await arrived()).toMatchObject([
      { line: 0, message: 'first' },
      { line: 1, message: 'second' },
    ]);
  });
});

describe('cutText', () => {
  it('never exceeds its bound and never breaks a character', () => {
    for (let bytes = 20; bytes < 60; bytes += 1) {
      const cut = cutText('aé€😀'.repeat(20), bytes);
      expect(Buffer.byteLength(cut)).toBeLessThanOrEqual(bytes);
      expect(cut).not.toContain('\ufffd');
    }
    expect(cutText('short', 5)).toBe('short');
  });
});

it('tee tells all observers', () => {
  const seen: string[] = [];
  const observer = (name: string) => ({ log: (_level: string, message: string) => void seen.push(`${name} ${message}`) });
  tee(observer('a'), observer('b')).log('info', 'x');
  expect(seen).toEqual(['a x', 'b x']);
});
