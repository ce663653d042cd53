const PLACES: Readonly<Record<string, string>> = { run: '/runs', evl: '/evaluations', emb: '/embeddings', tsk: '/tasks' };

/**
 * Where the API has what an id names.
 * @throws TypeError for an id of another kind.
 */
export function placeOf(id: string): string {
  const place = PLACES[id.slice(0, id.indexOf('_'))];
  if (place === undefined) throw new TypeError(`${id} is the id of no run, evaluation, task or request for embeddings.`);
  return place;
}

const ENDED = ['succeeded', 'failed', 'canceled'];
/** True for a status that nothing follows. */
export const hasEnded = (status: unknown): boolean => ENDED.includes(status as string);
