/**
 * Maps `items` with at most `ahead` calls of `work` under way, and yields the results in the order of the items: reads and
 * decodes overlap with what the consumer does. The first failure, by order, is thrown where its result is due.
 */
export async function* readAhead<T, R>(items: Iterable<T>, ahead: number, work: (item: T) => Promise<R>): AsyncGenerator<R> {
  const running: Promise<R>[] = [];
  for (const item of items) {
    const result = work(item);
    result.catch(() => undefined); // thrown where it is taken
    running.push(result);
    if (running.length >= ahead) yield await (running.shift() as Promise<R>);
  }
  for (const result of running) yield await result;
}
