import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LogLine } from '#contracts';
import { formatEvent, formatLine } from './log-format.js';

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

describe('formatLine', () => {
  it('reads well', () => {
    expect(formatLine(aLine({ fields: { pid: 12, engine: 'wasm', note: 'two words', list: [1] } }))).toBe(
      '2026-11-25T13:03:51.123Z g2 r1 info  trainer started pid=12 engine=wasm note="two words" list=[1]\n',
    );
  });

  it('indents the further lines of a message', () => {
    expect(formatLine(aLine({ message: 'Error: no\n  at x\r\n  at y' })).split('\n')).toEqual([
      '2026-11-25T13:03:51.123Z g2 r1 info  Error: no',
      '      at x',
      '      at y',
      '',
    ]);
  });

  it('never lets a log steer a terminal', () => {
    expect(formatLine(aLine({ message: '\u001b[2J\u202egone' }))).toContain('\\u001b[2J\\u202egone');
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (message, value) => {
        const text = formatLine(aLine({ message, fields: { [value]: value } }));
        expect(text).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/);
      }),
    );
  });
});

describe('formatEvent', () => {
  it('is one block whatever the line holds', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (message) => {
        const [id, event, data, ...rest] = formatEvent(aLine({ message })).split('\n');
        expect([id, event, rest]).toEqual(['id: 7', 'event: log', ['', '']]);
        expect((JSON.parse(data!.slice('data: '.length)) as LogLine).message).toBe(message);
      }),
    );
  });
});
