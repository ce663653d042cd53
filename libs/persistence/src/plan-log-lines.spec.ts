import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LogBatch, NewLogLine } from '#contracts';
import { planLogLines, type LogHead } from './plan-log-lines.js';

const EMPTY: LogHead = { lastSeq: 0, bytes: 0, isFull: false, cursors: {} };
const PLENTY = 1e9;

const aLine = (line: number, overrides: Partial<NewLogLine> = {}): NewLogLine => ({
  line,
  at: '2026-11-25T12:00:00.000Z',
  level: 'info',
  message: `line ${line}`,
  ...overrides,
});
const aBatch = (lines: readonly NewLogLine[], overrides: Partial<LogBatch> = {}): LogBatch => ({
  runId: 'run',
  generation: 1,
  rank: 0,
  workerId: 'w',
  ...overrides,
  lines: [...lines],
});
const messages = (plan: ReturnType<typeof planLogLines>): string[] => plan.rows.map(({ message }) => message);

describe('lines of a log', () => {
  it('are taken once, whatever comes again and however it is cut', () => {
    const cut = fc.array(fc.nat({ max: 30 }), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(cut, fc.integer({ min: 1, max: 30 }), (starts, count) => {
        const all = Array.from({ length: count }, (_, line) => aLine(line));
        // Batches that begin anywhere that is known already, as when an answer of Redis got lost.
        let head = EMPTY;
        const seen: string[] = [];
        let reached = 0;
        for (const start of [...starts, 0]) {
          const batch = aBatch(all.slice(Math.min(start, reached), Math.min(count, reached + 5)));
          if (batch.lines.length === 0) continue;
          const plan = planLogLines(head, [batch], PLENTY);
          head = plan.head;
          seen.push(...messages(plan));
          reached = Math.min(count, reached + 5);
        }
        expect(seen).toEqual(all.slice(0, reached).map(({ message }) => message));
        expect(head.lastSeq).toBe(reached);
      }),
    );
  });

  it('that did not arrive are counted where they are missing', () => {
    const plan = planLogLines(EMPTY, [aBatch([aLine(2), aLine(3), aLine(5)])], PLENTY);
    expect(messages(plan)).toEqual([
      'log_lines_lost: 2 lines of this rank did not arrive; Redis or Postgres was away.',
      'line 2',
      'line 3',
      'log_lines_lost: 1 line of this rank did not arrive; Redis or Postgres was away.',
      'line 5',
    ]);
    expect(plan.rows.map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5]);
  });

  it('of two workers that believe to have the same rank do not hide each other', () => {
    const batches = [aBatch([aLine(0)]), aBatch([aLine(0, { message: 'other' })], { workerId: 'v' }), aBatch([aLine(1)])];
    expect(messages(planLogLines(EMPTY, batches, PLENTY))).toEqual(['line 0', 'other', 'line 1']);
  });

  it('leave no memory of generations that are long over', () => {
    const first = planLogLines(EMPTY, [aBatch([aLine(0)]), aBatch([aLine(0)], { generation: 2 })], PLENTY);
    expect(Object.keys(first.head.cursors)).toEqual(['1/0/w', '2/0/w']);
    const second = planLogLines(first.head, [aBatch([aLine(0)], { generation: 3 })], PLENTY);
    expect(Object.keys(second.head.cursors)).toEqual(['2/0/w', '3/0/w']);
    // A late one of those is taken and says nothing of what came before it.
    expect(messages(planLogLines(second.head, [aBatch([aLine(7)])], PLENTY))).toEqual(['line 7']);
  });
});

describe('the quota', () => {
  it('is said once; warnings and errors are dropped last', () => {
    const long = 'x'.repeat(936);
    const lines = Array.from({ length: 12 }, (_, line) => aLine(line, { message: long }));
    const plan = planLogLines(EMPTY, [aBatch([...lines, aLine(12, { level: 'error', message: 'why it failed' })])], 10_000);
    expect(messages(plan).slice(0, 10)).toEqual(Array(10).fill(long));
    expect(messages(plan).slice(10)).toEqual([expect.stringMatching(/^log_quota_exceeded: .* 10 kB;/), 'why it failed']);
    const more = planLogLines(plan.head, [aBatch([aLine(13)])], 10_000);
    expect(more.rows).toEqual([]);
    expect(more.head.cursors).toEqual({ '1/0/w': 14 });
  });

  it('holds whatever comes', () => {
    const line = fc.record({
      gap: fc.nat({ max: 3 }),
      level: fc.constantFrom('debug', 'info', 'warn', 'error'),
      message: fc.string({ unit: 'binary', maxLength: 400 }),
      fields: fc.option(fc.dictionary(fc.string(), fc.string()), { nil: undefined }),
    });
    fc.assert(
      fc.property(fc.array(line, { minLength: 1, maxLength: 60 }), (drawn) => {
        const maxBytes = 2_000;
        let next = 0;
        const lines = drawn.map(({ gap, level, message, fields }) => {
          next += gap + 1;
          return aLine(next - 1, { level, message, ...(fields ? { fields } : {}) } as Partial<NewLogLine>);
        });
        let head = EMPTY;
        let stored = 0;
        const said: string[] = [];
        for (const each of lines) {
          const plan = planLogLines(head, [aBatch([each])], maxBytes);
          head = plan.head;
          for (const { message, fields } of plan.rows) {
            stored += Buffer.byteLength(message) + (fields ? Buffer.byteLength(JSON.stringify(fields)) : 0);
            if (message.startsWith('log_quota_exceeded')) said.push(message);
          }
        }
        expect(stored).toBeLessThanOrEqual(maxBytes * 1.25 + 200);
        expect(said.length).toBe(head.isFull ? 1 : 0);
      }),
    );
  });
});
