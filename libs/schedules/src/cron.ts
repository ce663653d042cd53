import { CronExpressionParser } from 'cron-parser';

/** The five fields of a cron expression as sets; of days either list may decide, as in every cron. */
export interface Cron {
  readonly minutes: readonly number[];
  readonly hours: readonly number[];
  /** Hours are not named one by one: the clock's changes shift nothing and drop nothing. */
  readonly isEveryHour: boolean;
  /** 1 to 12. */
  readonly months: ReadonlySet<number>;
  /** Of a month that is meant. */
  readonly isDay: (day: number, weekday: number) => boolean;
}

const NAMES = 'jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|sun|mon|tue|wed|thu|fri|sat';
const VALUE = `(?:\\d{1,2}|${NAMES})`;
const PART = `(?:\\*|${VALUE}(?:-${VALUE})?)(?:/\\d{1,2})?`;
const FIELD = new RegExp(`^${PART}(?:,${PART}){0,59}$`, 'i');
const FIELD_NAMES = ['minute', 'hour', 'day of month', 'month', 'day of week'];
/** What is longer says nothing more. */
const MAX_LENGTH = 200;

/** Fields are those of crontab(5) and nothing else; a parser's own additions (`H`, `L`, `#`, seconds, `@daily`) are refused. */
export function parseCron(text: string): { readonly cron: Cron } | { readonly problem: string } {
  const fields = text.trim().split(/\s+/);
  if (text.length > MAX_LENGTH) return { problem: `must have at most ${MAX_LENGTH} characters` };
  if (fields.length !== 5) {
    return { problem: 'must have 5 fields: minute, hour, day of month, month, day of week; for example "30 2 * * *"' };
  }
  const wrong = fields.findIndex((field) => !FIELD.test(field));
  if (wrong >= 0) {
    return { problem: `the ${FIELD_NAMES[wrong]} must be made of numbers, names, *, ranges a-b, steps /n and lists a,b` };
  }
  try {
    return { cron: toCron(fields) };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    // 30 February and the like.
    if (/explicit day of month/.test(message)) return { problem: 'never comes true: no month in it has such a day' };
    return { problem: `cannot be read: ${message}` };
  }
}

function toCron(fields: readonly string[]): Cron {
  const parsed = CronExpressionParser.parse(fields.join(' '), { tz: 'UTC' }).fields;
  const numbers = (values: readonly unknown[]): number[] => values.map(Number);
  const months = new Set(numbers(parsed.month.values));
  const days = new Set(numbers(parsed.dayOfMonth.values));
  const weekdays = new Set(numbers(parsed.dayOfWeek.values).map((day) => day % 7));
  const [anyDay, anyWeekday] = [fields[2]!, fields[4]!].map((field) => field.startsWith('*'));
  return {
    minutes: numbers(parsed.minute.values),
    hours: numbers(parsed.hour.values),
    isEveryHour: fields[1] === '*',
    months,
    isDay: (day, weekday) => {
      const [inMonth, inWeek] = [days.has(day), weekdays.has(weekday)];
      return anyDay || anyWeekday ? inMonth && inWeek : inMonth || inWeek;
    },
  };
}
