import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkRecurrence, nextTime, nextTimes, type Recurrence } from './next-times.js';
import { toZoned } from './zone.js';

const BERLIN = 'Europe/Berlin';
const NEW_YORK = 'America/New_York';
/** Its clocks change by half an hour. */
const LORD_HOWE = 'Australia/Lord_Howe';

const shown = (cron: string, timezone: string, after: string, count: number): string[] =>
  nextTimes({ cron, timezone }, new Date(after), count).map((time) => toZoned(time, timezone).replace(/:00([+-])/, '$1'));

describe('days on which clocks change', () => {
  it('shift a time that is left out, and drop none', () => {
    expect(shown('30 2 * * *', BERLIN, '2027-03-27T00:00Z', 3)).toEqual([
      '2027-03-27T02:30+01:00',
      '2027-03-28T03:30+02:00',
      '2027-03-29T02:30+02:00',
    ]);
    expect(shown('30 2 * * *', NEW_YORK, '2027-03-13T12:00Z', 2)).toEqual(['2027-03-14T03:30-04:00', '2027-03-15T02:30-04:00']);
    expect(shown('15 2 * * *', LORD_HOWE, '2027-10-02T00:00Z', 2)).toEqual(['2027-10-03T02:45+11:00', '2027-10-04T02:15+11:00']);
  });

  it('bring a time that is shown twice once, the first time', () => {
    expect(shown('30 2 * * *', BERLIN, '2027-10-30T12:00Z', 2)).toEqual(['2027-10-31T02:30+02:00', '2027-11-01T02:30+01:00']);
    expect(shown('30 1 * * *', NEW_YORK, '2027-11-07T00:00Z', 2)).toEqual(['2027-11-07T01:30-04:00', '2027-11-08T01:30-05:00']);
    expect(shown('45 1 * * *', LORD_HOWE, '2027-04-03T00:00Z', 2)).toEqual(['2027-04-04T01:45+11:00', '2027-04-05T01:45+10:30']);
    // Who asks between the two finds the next day.
    expect(nextTime({ cron: '30 2 * * *', timezone: BERLIN }, new Date('2027-10-31T01:10Z'))?.toISOString()).toBe(
      '2027-11-01T01:30:00.000Z',
    );
  });

  it('bring every real hour where hours are not named', () => {
    expect(shown('30 * * * *', BERLIN, '2027-10-31T00:00Z', 3)).toEqual([
      '2027-10-31T02:30+02:00',
      '2027-10-31T02:30+01:00',
      '2027-10-31T03:30+01:00',
    ]);
    expect(shown('30 * * * *', BERLIN, '2027-03-28T00:00Z', 2)).toEqual(['2027-03-28T01:30+01:00', '2027-03-28T03:30+02:00']);
    expect(shown('*/15 * * * *', LORD_HOWE, '2027-04-03T14:30Z', 4)).toEqual([
      '2027-04-04T01:45+11:00',
      '2027-04-04T01:30+10:30',
      '2027-04-04T01:45+10:30',
      '2027-04-04T02:00+10:30',
    ]);
    expect(shown('0,15,30,45 * * * *', LORD_HOWE, '2027-10-02T15:10Z', 2)).toEqual([
      '2027-10-03T01:45+10:30',
      '2027-10-03T02:30+11:00',
    ]);
  });

  it('make one of two times that fall together', () => {
    expect(shown('30 2,3 * * *', BERLIN, '2027-03-28T00:00Z', 2)).toEqual(['2027-03-28T03:30+02:00', '2027-03-29T02:30+02:00']);
  });
});

describe('days', () => {
  it('are found by month, day of month or weekday, as in every cron', () => {
    expect(shown('0 9 * * mon-fri', 'UTC', '2027-04-03T14:00Z', 2)).toEqual(['2027-04-05T09:00+00:00', '2027-04-06T09:00+00:00']);
    expect(shown('0 0 1 * 7', 'UTC', '2027-04-29T00:00Z', 2)).toEqual(['2027-05-01T00:00+00:00', '2027-05-02T00:00+00:00']);
    expect(shown('0 0 29 2 *', 'UTC', '2096-03-01T00:00Z', 1)).toEqual(['2104-02-29T00:00+00:00']);
  });
});

describe('checkRecurrence', () => {
  const now = new Date('2027-01-01T00:00Z');
  it.each([
    ['* * * *', 'cron', /5 fields/],
    ['0 * * * * *', 'cron', /5 fields/],
    ['@daily', 'cron', /5 fields/],
    ['H * * * *', 'cron', /minute must/],
    ['0 0 L * *', 'cron', /day of month must/],
    ['0 0 * * 1#2', 'cron', /day of week must/],
    ['61 * * * *', 'cron', /61/],
    ['0 0 30 2 *', 'cron', /never/],
    ['0 0 31 4,6 *', 'cron', /never/],
    ['0 0 * * *; drop', 'cron', /5 fields/],
    [`${'0,'.repeat(200)}0 * * * *`, 'cron', /200/],
  ])('refuses %s', (cron, field, message) => {
    expect(checkRecurrence({ cron, timezone: 'UTC' }, now)).toEqual([
      { field, message: expect.stringMatching(message) as string },
    ]);
  });

  it.each(['', 'Berlin', '+02:00', 'Europe/Nowhere', '../etc/passwd', 'UTC\n', 'x'.repeat(100)])(
    'refuses the zone %j',
    (timezone) => {
      expect(checkRecurrence({ cron: '* * * * *', timezone }, now)).toMatchObject([{ field: 'timezone' }]);
    },
  );

  it('accepts what every cron does', () => {
    for (const cron of ['* * * * *', '*/5 0-6,22 * jan-mar,12 1-5', '0 0 29 2 *', ' 0  12 1 * sun ', '0 0 31 2,3 *'])
      expect(checkRecurrence({ cron, timezone: BERLIN }, now)).toEqual([]);
  });
});

const zones = fc.constantFrom(
  BERLIN,
  NEW_YORK,
  LORD_HOWE,
  'UTC',
  'Asia/Kathmandu',
  'America/St_Johns',
  'Africa/Casablanca',
  'Europe/London',
);
const field = (max: number, min = 0) =>
  fc.uniqueArray(fc.integer({ min, max }), { minLength: 1, maxLength: 4 }).map((values) => values.join(','));
const hourly = fc.tuple(field(59), fc.constant('*')).map((parts) => `${parts.join(' ')} * * *`);
const fixed = fc.tuple(field(59), field(23)).map((parts) => `${parts.join(' ')} * * *`);
const anyTime = fc.date({ min: new Date('2027-01-01'), max: new Date('2028-12-31'), noInvalidDate: true });
/** Near the days on which clocks change, where there is something to get wrong. */
const nearChange = fc
  .tuple(
    fc.constantFrom('2027-03-28', '2027-10-31', '2027-03-14', '2027-11-07', '2027-04-04', '2027-10-03'),
    fc.integer({ min: -2_880, max: 2_880 }),
  )
  .map(([day, minutes]) => new Date(new Date(day).getTime() + minutes * 60_000));
const time = fc.oneof(anyTime, nearChange);

describe('the times of a recurrence', () => {
  it('rise strictly, lie after what was asked, and are whole minutes', () => {
    fc.assert(
      fc.property(fc.oneof(hourly, fixed), zones, time, (cron, timezone, after) => {
        const times = nextTimes({ cron, timezone }, after, 12).map((each) => each.getTime());
        expect(times).toHaveLength(12);
        [after.getTime(), ...times].reduce((before, next) => {
          expect(next).toBeGreaterThan(before);
          expect(next % 60_000).toBe(0);
          return next;
        });
      }),
      { numRuns: 150 },
    );
  });

  it('are the same whenever one asks', () => {
    fc.assert(
      fc.property(
        fc.oneof(hourly, fixed),
        zones,
        time,
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (cron, timezone, after, part) => {
          const recurrence: Recurrence = { cron, timezone };
          const times = nextTimes(recurrence, after, 8);
          for (const [at, found] of times.slice(0, -1).entries()) {
            const next = times[at + 1]!;
            const between = new Date(found.getTime() + Math.floor(part * (next.getTime() - found.getTime())));
            expect(nextTime(recurrence, between)).toEqual(next);
          }
        },
      ),
      { numRuns: 150 },
    );
  });

  it('come once a day for each time that is named, in an hour that comes twice as well', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 59 }),
        fc.integer({ min: 0, max: 23 }),
        zones,
        time,
        (minute, hour, timezone, after) => {
          const times = nextTimes({ cron: `${minute} ${hour} * * *`, timezone }, after, 6);
          const days = times.map((each) => toZoned(each, timezone).slice(0, 10));
          expect(new Set(days).size).toBe(6);
          for (const [at, each] of times.slice(0, -1).entries()) {
            const gap = times[at + 1]!.getTime() - each.getTime();
            expect(Math.abs(gap - 86_400_000)).toBeLessThanOrEqual(3_600_000);
          }
        },
      ),
      { numRuns: 150 },
    );
  });
});
