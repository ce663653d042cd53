import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  eventFilterSchema,
  filtersOf,
  MAX_WEBHOOK_BODY_BYTES,
  toWebhookBody,
  WEBHOOK_EVENT_TYPES,
  WEBHOOK_EVENTS,
  type WebhookPayload,
} from '../index.js';

const timestamp = '2026-11-25T12:00:00.000Z';
const read = (body: string) => JSON.parse(body) as WebhookPayload;

/** Texts that grow in JSON: quotes, control characters, letters of four bytes, halves of such. */
const wildText = fc.string({ unit: fc.constantFrom('a', '"', '\u0001', '\\', 'ü', '\u{1f600}', '\ud800'), maxLength: 40_000 });
const wildValue = fc.oneof(
  wildText,
  fc.double(),
  fc.constant(null),
  fc.record({ code: fc.constant('internal'), message: wildText, details: fc.object() }),
  fc.array(fc.record({ target: wildText, accuracy: fc.double() }), { maxLength: 200 }),
  fc.dictionary(fc.string({ maxLength: 30 }), fc.record({ tar: fc.double(), far: fc.double() }), { maxKeys: 500 }),
);

describe('toWebhookBody', () => {
  it('is under 20 kB and whole JSON whatever an event tells', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string({ maxLength: 30 }), wildValue, { maxKeys: 12 }), (data) => {
        const body = toWebhookBody({ type: 'run.failed', timestamp, data });
        expect(Buffer.byteLength(body)).toBeLessThanOrEqual(MAX_WEBHOOK_BODY_BYTES);
        expect(read(body)).toMatchObject({ type: 'run.failed', timestamp, data: {} });
      }),
      { numRuns: 60 },
    );
  });

  it('fits the catalog with every text, message and table at its limit, and keeps its id', () => {
    const long = '\u0001'.repeat(20_000);
    const table = Object.fromEntries(
      Array.from({ length: 2_000 }, (_, i) => [`1e-${i}`, { tar: 0.1, far: 0.1, threshold: 1.1 }]),
    );
    const verification = { numPairs: 6_000, accuracy: 1, std: 0, threshold: 1, xnorm: 20, tarAtFar: table };
    const transition = {
      seq: 1,
      status: 'failed',
      reason: long,
      message: long,
      generation: 3,
      error: { code: 'internal', message: long, details: table },
    };
    const facts = { name: 'n', version: 3, alias: 'production', source: 'run', state: 'invalid', outcome: long, ref: 'n@x' };
    const counts = { number: 3, revision: 2, count: 9_999, images: 9, identities: 9, numProblems: 9 };
    const lists = {
      evaluations: Array.from({ length: 4_000 }, () => 'evl_x'),
      regressions: Array.from({ length: 50 }, () => ({ target: long, metric: long })),
    };
    const times = { scheduledAt: timestamp, from: timestamp, to: timestamp, trigger: 'cron' };
    const step = { ...times, seq: 1, step: 5, totalSteps: 9, subject: 'model', target: 'lfw', folder: 'runs/x' };
    for (const type of WEBHOOK_EVENT_TYPES) {
      const ids = {
        runId: 'run_x',
        evaluationId: 'evl_x',
        modelId: 'mdl_x',
        datasetId: 'dts_x',
        scheduleId: 'sch_x',
        webhookId: 'w',
        taskId: 'tsk_x',
        fireId: 'fire_x',
        registeredAs: 'dts_y',
      };
      const scores =
        type === 'evaluation.scored'
          ? { protocol: 'verification', ...verification, interval: null, areaUnderRoc: 1 }
          : verification;
      const data = {
        ...ids,
        ...step,
        ...facts,
        ...counts,
        ...lists,
        ...transition,
        scores,
        extra: Array.from({ length: 20 }, () => long),
      };
      const body = toWebhookBody({ type, timestamp, data });
      expect(Buffer.byteLength(body)).toBeLessThanOrEqual(MAX_WEBHOOK_BODY_BYTES);
      const sent = read(body);
      expect(sent.data).toMatchObject({ ...ids, omitted: expect.arrayContaining(['scores']) });
      expect(WEBHOOK_EVENTS[type].data.safeParse(sent.data).error).toBeUndefined();
    }
  });

  it('cuts long texts, and tells no details of an error', () => {
    const error = { code: 'non_finite', message: 'm'.repeat(9_000), details: { secret: 1 } };
    const { data } = read(toWebhookBody({ type: 'run.failed', timestamp, data: { runId: 'run_1', error } }));
    expect(data).toEqual({ runId: 'run_1', error: { code: 'non_finite', message: `${'m'.repeat(2_000)}...` } });
  });

  it('leaves what is small as it is', () => {
    const data = { runId: 'run_1', scores: { tarAtFar: { '0.001': { tar: 1, far: 0, threshold: 1 } } }, at: null };
    expect(read(toWebhookBody({ type: 'run.verified', timestamp, data }))).toEqual({ type: 'run.verified', timestamp, data });
  });
});

describe('event filters', () => {
  it('are events, resources or all, and nothing else', () => {
    for (const good of ['*', 'run.*', 'webhook.*', 'run.failed']) expect(eventFilterSchema.safeParse(good).success).toBe(true);
    for (const bad of ['', 'run', 'run.', '*.failed', 'runs.*', 'RUN.*', 'run.*.*']) {
      expect(eventFilterSchema.safeParse(bad).success).toBe(false);
    }
  });

  it('let an event pass by its name, its resource and *', () => {
    for (const type of WEBHOOK_EVENT_TYPES) {
      expect(filtersOf(type).every((filter) => eventFilterSchema.safeParse(filter).success)).toBe(true);
    }
    expect(filtersOf('model.alias_set')).toEqual(['*', 'model.*', 'model.alias_set']);
  });
});

describe('WEBHOOK_EVENTS', () => {
  it('has every event, each with a sentence', () => {
    expect(Object.keys(WEBHOOK_EVENTS).sort()).toEqual([...WEBHOOK_EVENT_TYPES].sort());
    for (const { summary } of Object.values(WEBHOOK_EVENTS)) expect(summary).toMatch(/^[A-Z`].*\.$/);
  });
});
