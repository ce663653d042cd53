/** An answer that is one page of a list. */
export interface Page {
  readonly next: string | null;
}

/**
 * Entries of a list, page after page, asked for as they are needed.
 *
 *     for await (const run of pages((cursor) => client.GET('/runs', { params: { query: { cursor } } }), (page) => page.runs)) ...
 *
 * @param ask for the page behind a cursor; undefined: the first. Filters must be the same each time.
 */
export async function* pages<P extends Page, T>(
  ask: (cursor: string | undefined) => Promise<{ data?: P }>,
  entriesOf: (page: P) => readonly T[],
): AsyncGenerator<T> {
  let cursor: string | undefined;
  do {
    const { data } = await ask(cursor);
    if (!data) return;
    yield* entriesOf(data);
    cursor = cursorOf(data.next);
  } while (cursor !== undefined);
}

/** `next` is a link, relative or not. */
function cursorOf(next: string | null): string | undefined {
  return next === null ? undefined : (new URL(next, 'http://localhost').searchParams.get('cursor') ?? undefined);
}
