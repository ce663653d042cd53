import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatLogLine } from './log-text.js';
import type { LogLine } from './logs.js';

const aLine = (overrides: Partial<LogLine> = {}): LogLine => ({
  seq: 7,
  at: '2026-11-25T13:03:51.123Z',
  generation: 2,
  rank: 1,
  level: 'info',
  message: 'trainer started',
  fields: null,
  ...overrides,
});

describe('formatLogLine', () => {
  it('reads well', () => {
    expect(formatLogLine(aLine({ fields: { pid: 12, engine: 'wasm', note: 'two words', list: [1] } }))).toBe(
      '2026-11-25T13:03:51.123Z g2 r1 info  trainer started pid=12 engine=wasm note="two words" list=[1]\n',
    );
  });

  it('indents the further lines of a message', () => {
    expect(formatLogLine(aLine({ message: 'Error: no\n  at x\r\n  at y' })).split('\n')).toEqual([
      '2026-11-25T13:03:51.123Z g2 r1 info  Error: no',
      '      at x',
      '      at y',
      '',
    ]);
  });

  it('never lets a log steer a terminal', () => {
    expect(formatLogLine(aLine({ message: '\u001b[2J\u202egone' }))).toContain('\\u001b[2J\\u202egone');
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (message, value) => {
        const text = formatLogLine(aLine({ message, fields: { [value]: value } }));
        expect(text).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/);
      }),
    );
  });
});
