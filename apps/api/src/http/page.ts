import { z } from 'zod';
import type { Cursor } from '#persistence';
import { parameter } from './operation.js';

/** A whole number in a query. */
export const wholeNumber = (min: number, max: number, fallback: number, description: string) =>
  parameter(
    z
      .string()
      .regex(/^\d{1,9}$/, 'must be a whole number')
      .transform(Number)
      .pipe(z.number().min(min).max(max))
      .default(fallback),
    description,
    { type: 'integer', minimum: min, maximum: max, default: fallback },
  );

/** A list in a query: `a,b` and repeated parameters both make one. */
export const listOf = <T extends z.ZodType<unknown, string[]>>(items: T) =>
  z
    .union([z.string(), z.array(z.string())])
    .transform((value) => [value].flat().flatMap((part) => part.split(',').filter((each) => each !== '')))
    .pipe(items);

/** Query parameters of every list. */
export const pageQuery = {
  limit: wholeNumber(1, 100, 20, 'Entries per page'),
  cursor: parameter(
    z
      .string()
      .transform((text, context) => {
        const cursor = decodeCursor(text);
        if (cursor) return cursor;
        context.addIssue({ code: 'custom', message: 'is not a cursor that this API gave out' });
        return z.NEVER;
      })
      .optional(),
    'Opaque; part of `next` of the page before',
    { type: 'string', pattern: '^[A-Za-z0-9_-]{1,64}$' },
  ),
};
export interface PageQuery {
  readonly limit: number;
  readonly cursor?: Cursor | undefined;
}

/** What a repository needs to read the page. */
export const toPage = ({ limit, cursor }: PageQuery): { limit: number; after?: Cursor } => ({
  limit,
  ...(cursor ? { after: cursor } : {}),
});

/** Link to the page behind `cursor` with the same filters; null after the last page. */
export function nextPage(
  url: string,
  cursor: Cursor | null,
  filters: Readonly<Record<string, string | number | boolean | readonly string[] | undefined>>,
): string | null {
  if (cursor === null) return null;
  const query = new URLSearchParams({ cursor: encodeCursor(cursor) });
  for (const [name, value] of Object.entries(filters)) {
    // Repeated, not joined: a label may contain a comma.
    for (const each of [value].flat()) if (each !== undefined) query.append(name, String(each));
  }
  return `${url}?${query}`;
}

/** Opaque for clients: position of the last entry that they have seen. */
export function encodeCursor({ createdAt, id }: Cursor): string {
  return Buffer.from(`${createdAt.getTime()}.${id}`).toString('base64url');
}

function decodeCursor(text: string): Cursor | null {
  const [, time, id] = /^(\d{1,15})\.([a-z]{3,4}_[0-9a-z]{20})$/.exec(Buffer.from(text, 'base64url').toString('latin1')) ?? [];
  return time !== undefined && id !== undefined ? { createdAt: new Date(Number(time)), id } : null;
}
