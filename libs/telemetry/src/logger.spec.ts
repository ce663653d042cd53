import { ArcFleetError } from '#contracts';
import { describe, expect, it } from 'vitest';
import { createLogger, type LogLevel } from './index.js';

function capture(level?: LogLevel) {
  const lines: string[] = [];
  const now = () => new Date('2026-01-02T03:04:05.678Z');
  const logger = createLogger({ service: 'api', now, write: (line) => lines.push(line), ...(level ? { level } : {}) });
  const parsed = () => lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  return { logger, lines, parsed };
}

describe('createLogger', () => {
  it('writes one JSON line per event, whatever the message holds', () => {
    const { logger, lines, parsed } = capture();
    logger.info('first\nsecond', { runId: 'run_1' });
    expect(lines).toHaveLength(1);
    expect(lines[0]?.indexOf('\n')).toBe((lines[0]?.length ?? 0) - 1);
    expect(parsed()).toEqual([
      { at: '2026-01-02T03:04:05.678Z', level: 'info', service: 'api', message: 'first\nsecond', runId: 'run_1' },
    ]);
  });

  it('leaves out what is below its level', () => {
    const { logger, parsed } = capture('warn');
    logger.info('no');
    logger.debug('no');
    logger.warn('yes');
    logger.error('yes');
    expect(parsed().map((line) => line['level'])).toEqual(['warn', 'error']);
  });

  it('hides secrets by the name of the field, in URLs and in texts, at any depth', () => {
    const { logger, lines, parsed } = capture();
    const secret = `whsec_${'A'.repeat(32)}`;
    const key = `arc_${'k'.repeat(20)}_${'A'.repeat(43)}`;
    logger.info(`connected to postgres://me:hunter2@db/x with ${secret} and ${key}`, {
      webhooks: [{ url: 'https://a.test', secret }],
      headers: { Authorization: 'Bearer hunter2' },
      error: new ArcFleetError('unavailable', 'redis://:hunter2@cache is gone', { password: 'hunter2' }),
    });
    expect(lines[0]).not.toMatch(/hunter2|AAAA/);
    expect(parsed()[0]).toMatchObject({ webhooks: [{ url: 'https://a.test', secret: '***' }], error: { code: 'unavailable' } });
  });

  it('survives circular fields and does not let fields replace the head', () => {
    const { logger, parsed } = capture();
    const circular: Record<string, unknown> = { level: 'debug' };
    circular['self'] = circular;
    logger.child({ run: 'r1' }).error('odd', circular);
    expect(parsed()[0]).toMatchObject({ level: 'error', message: 'odd', run: 'r1' });
  });
});
