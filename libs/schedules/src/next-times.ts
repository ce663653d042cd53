import { ArcFleetError } from '#contracts';
import { parseCron, type Cron } from './cron.js';
import { isTimezone, offsetAt } from './zone.js';

/** When something recurs: five fields of cron, read on the clocks of a zone. */
export interface Recurrence {
  readonly cron: string;
  /** IANA name. */
  readonly timezone: string;
}

const DAY_MS = 86_400_000;
/** 29 February on a given weekday comes back after 40 years at the latest (around 2100, which is no leap year). */
const SEARCHED_DAYS = 41 * 366;
/** Clocks change by less, and no two changes are nearer. */
const AROUND_MS = 4 * 3_600_000;

/**
 * The first time after `after`; null: there is none. The times of a recurrence are a fixed set, so what comes next never depends on
 * what was asked before. Days on which clocks change: a time that the clocks leave out comes as much later as they were put
 * forward; one that they show twice comes once, the first time. With `*` as hour every real hour counts, and nothing is shifted.
 *
 * @throws ArcFleetError `validation_failed` for a recurrence that {@link checkRecurrence} refuses.
 */
export function nextTime(recurrence: Recurrence, after: Date): Date | null {
  const { value } = timesAfter(recurrence, after).next();
  return value ?? null;
}

/** The first `count` times after `after`, or as many as there are. */
export function nextTimes(recurrence: Recurrence, after: Date, count: number): Date[] {
  const found: Date[] = [];
  if (count <= 0) return found;
  for (const time of timesAfter(recurrence, after)) {
    found.push(time);
    if (found.length >= count) break;
  }
  return found;
}

/** All times after `after`, in order. */
export function* timesAfter({ cron: text, timezone }: Recurrence, after: Date): Generator<Date, undefined> {
  const parsed = parseCron(text);
  if ('problem' in parsed) throw new ArcFleetError('validation_failed', `cron "${text}" ${parsed.problem}`, { cron: text });
  if (!isTimezone(timezone)) throw new ArcFleetError('validation_failed', `There is no time zone ${timezone}.`, { timezone });
  const { cron } = parsed;
  const from = after.getTime();
  const offset = offsetAt(timezone, from);
  // From a little before: where clocks are put back over midnight, the last minutes of the day before come again.
  const first = Math.floor((from + offset - AROUND_MS) / DAY_MS);
  let last = from;
  let end = first + SEARCHED_DAYS;
  for (let day = first; day < end; day++) {
    const date = new Date(day * DAY_MS);
    if (!cron.months.has(date.getUTCMonth() + 1)) {
      day = Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1) / DAY_MS - 1;
      continue;
    }
    if (!cron.isDay(date.getUTCDate(), date.getUTCDay())) continue;
    for (const time of timesOfDay(cron, timezone, day * DAY_MS)) {
      if (time <= last) continue;
      last = time;
      end = day + SEARCHED_DAYS;
      yield new Date(time);
    }
  }
  return undefined;
}

/** What is wrong with a recurrence, by field; empty: nothing. */
export function checkRecurrence({ cron, timezone }: Recurrence, now: Date): { field: 'cron' | 'timezone'; message: string }[] {
  const parsed = parseCron(cron);
  const problems: { field: 'cron' | 'timezone'; message: string }[] = [];
  if ('problem' in parsed) problems.push({ field: 'cron', message: parsed.problem });
  if (!isTimezone(timezone)) {
    problems.push({ field: 'timezone', message: 'must be an IANA time zone such as Europe/Berlin, America/New_York or UTC' });
  }
  if (problems.length === 0 && nextTime({ cron, timezone }, now) === null) {
    problems.push({ field: 'cron', message: 'never comes true: no day is like that' });
  }
  return problems;
}

/** Times of one local day, in order; `midnight`: that of the day as if its clocks were UTC. */
function timesOfDay(cron: Cron, timezone: string, midnight: number): number[] {
  const before = offsetAt(timezone, midnight - AROUND_MS - offsetAt(timezone, midnight));
  const after = offsetAt(timezone, midnight + DAY_MS + AROUND_MS - offsetAt(timezone, midnight));
  const times = cron.hours.flatMap((hour) =>
    cron.minutes.flatMap((minute) => {
      const local = midnight + (hour * 60 + minute) * 60_000;
      return before === after ? [local - before] : timesOfLocal(local, { before, after }, timezone, cron.isEveryHour);
    }),
  );
  return before === after ? times : [...new Set(times)].sort((a, b) => a - b);
}

/** When clocks show a local time on a day on which they change. */
function timesOfLocal(
  local: number,
  { before, after }: { before: number; after: number },
  timezone: string,
  isEveryHour: boolean,
): number[] {
  const shown = [before, after].filter((offset) => offsetAt(timezone, local - offset) === offset).map((offset) => local - offset);
  if (isEveryHour) return shown;
  return shown.length > 0 ? [Math.min(...shown)] : [local - before];
}
