import { z } from 'zod';
import { RUN_KIND_FACTS, RUN_STATUSES, type RunKind } from '#contracts';
import type { Cursor } from '#persistence';

const wholeNumber = (min: number, max: number, fallback: number) =>
  z
    .string()
    .regex(/^\d{1,9}$/, 'must be a whole number')
    .transform(Number)
    .pipe(z.number().min(min).max(max))
    .default(fallback);

/** `a,b` and repeated parameters both make a list. */
const list = z
  .union([z.string(), z.array(z.string())])
  .transform((value) => [value].flat().flatMap((part) => part.split(',').filter((each) => each !== '')));

const ID = '[0-9a-z]{20}';
export const isRunId = (id: string, kind: RunKind): boolean => new RegExp(`^${RUN_KIND_FACTS[kind].prefix}_${ID}$`).test(id);

/** Link to the page behind `cursor`, with the same filters. */
export function nextPage(
  url: string,
  cursor: Cursor,
  { status, ...filters }: { limit: number; status?: readonly string[] | undefined; run?: string | undefined },
): string {
  const query = new URLSearchParams({ cursor: encodeCursor(cursor) });
  for (const [name, value] of Object.entries(filters)) if (value !== undefined) query.set(name, String(value));
  if (status?.length) query.set('status', status.join(','));
  return `${url}?${query}`;
}

/** Opaque for clients: position of the last entry that they have seen. */
export function encodeCursor({ createdAt, id }: Cursor): string {
  return Buffer.from(`${createdAt.getTime()}.${id}`).toString('base64url');
}

function decodeCursor(text: string): Cursor | null {
  const [, time, id] = /^(\d{1,15})\.([a-z]{3}_[0-9a-z]{20})$/.exec(Buffer.from(text, 'base64url').toString('latin1')) ?? [];
  return time !== undefined && id !== undefined ? { createdAt: new Date(Number(time)), id } : null;
}

const page = {
  limit: wholeNumber(1, 100, 20),
  cursor: z
    .string()
    .transform((text, context) => {
      const cursor = decodeCursor(text);
      if (cursor) return cursor;
      context.addIssue({ code: 'custom', message: 'is not a cursor that this API gave out' });
      return z.NEVER;
    })
    .optional(),
};

export const listRunsQuerySchema = z.strictObject({ ...page, status: list.pipe(z.array(z.enum(RUN_STATUSES))).optional() });
export type ListRunsQuery = z.output<typeof listRunsQuerySchema>;

export const listModelsQuerySchema = z.strictObject({
  ...page,
  /** Only those of one run. */
  run: z.string().max(64).optional(),
});
export type ListModelsQuery = z.output<typeof listModelsQuerySchema>;

/** Seconds that a request for embeddings waits for its answer. */
export const waitQuerySchema = z.strictObject({ wait: wholeNumber(0, 60, 30) });
export type WaitQuery = z.output<typeof waitQuerySchema>;

export const metricsQuerySchema = z.strictObject({
  names: list.pipe(z.array(z.string().regex(/^[^\0]{1,64}$/, 'must be 1 to 64 characters')).max(100)).optional(),
  /** Most points per series. */
  maxPoints: wholeNumber(2, 20_000, 1_000),
});
export type MetricsQuery = z.output<typeof metricsQuerySchema>;

/** `after` is for clients that cannot set the `Last-Event-ID` header. */
export const eventsQuerySchema = z.strictObject({ after: wholeNumber(0, 999_999_999, 0) });
export type EventsQuery = z.output<typeof eventsQuerySchema>;
