import { reportError, type ErrorReport } from '#contracts';

/** Bound of a record's message and of what is kept of its details. */
const MAX_MESSAGE = 3_900;
const MAX_DETAILS = 8_000;
const MAX_FRAMES = 8;

/** The error as a record can carry it: plain, bounded data, whatever was thrown. */
export function toReport(error: unknown): ErrorReport {
  const { code, message, details } = reportError(error);
  // An error without a code of ours is a defect: where it came from belongs to its report.
  const stack = code === 'internal' && error instanceof Error ? { stack: error.stack?.split('\n').slice(0, MAX_FRAMES) } : {};
  return { code, message: message.slice(0, MAX_MESSAGE), details: { ...toPlain(details ?? {}, MAX_DETAILS), ...stack } };
}

/** What JSON can hold of an object; a word about it where that is nothing, or longer than `maxLength`. */
export function toPlain(fields: Record<string, unknown>, maxLength = Infinity): Record<string, unknown> {
  try {
    const text = JSON.stringify(fields, (_key, value: unknown) => (value instanceof Error ? reportError(value) : value));
    if (text.length > maxLength) return { omitted: `${text.length} characters` };
    return JSON.parse(text) as Record<string, unknown>;
  } catch (error) {
    return { omitted: error instanceof Error ? error.message : String(error) };
  }
}
