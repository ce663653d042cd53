const formats = new Map<string, Intl.DateTimeFormat>();

/** True for the name of an IANA time zone that this Node knows, `Europe/Berlin` or `UTC`; offsets such as `+02:00` are no names. */
export function isTimezone(name: string): boolean {
  if (!/^[A-Za-z][A-Za-z0-9_+/-]{0,63}$/.test(name)) return false;
  try {
    return formatOf(name) !== undefined;
  } catch {
    return false;
  }
}

/** What is added to UTC there and then, in ms. @throws RangeError for a zone that is none. */
export function offsetAt(timezone: string, time: number): number {
  const parts: Record<string, number> = {};
  for (const { type, value } of formatOf(timezone).formatToParts(time)) parts[type] = Number(value);
  const { year, month, day, hour, minute, second } = parts;
  const local = Date.UTC(year!, month! - 1, day, hour, minute, second);
  return local - Math.floor(time / 1_000) * 1_000;
}

/** A time as the clocks there show it, with the zone's offset: `2027-03-28T03:30:00+02:00`. */
export function toZoned(time: Date, timezone: string): string {
  const offset = offsetAt(timezone, time.getTime());
  const local = new Date(time.getTime() + offset).toISOString().slice(0, 19);
  const minutes = Math.round(Math.abs(offset) / 60_000);
  const pad = (value: number): string => String(value).padStart(2, '0');
  return `${local}${offset < 0 ? '-' : '+'}${pad(Math.floor(minutes / 60))}:${pad(minutes % 60)}`;
}

function formatOf(timezone: string): Intl.DateTimeFormat {
  let format = formats.get(timezone);
  if (!format) {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone: timezone,
      hourCycle: 'h23',
      ...{ year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric', second: 'numeric' },
    });
    formats.set(timezone, format);
  }
  return format;
}
