import { RECIPE_LABEL } from '#contracts';
import type { RunFilters } from '#persistence';
import { splitLabels } from '../http/label-filter.js';
import type { ListEvaluationsQuery, ListRunsQuery } from './queries.js';

type Search = ListEvaluationsQuery & Pick<ListRunsQuery, 'network' | 'recipe'>;

/** What a repository needs to narrow a list. */
export function toFilters({ status, label = [], name, network, recipe, createdAfter, createdBefore }: Search): RunFilters {
  const labels = splitLabels(label).map(([key, value]) => ({ key, value }));
  if (recipe !== undefined) labels.push({ key: RECIPE_LABEL, value: recipe });
  return {
    labels,
    ...(status ? { statuses: status } : {}),
    ...(name === undefined ? {} : { namePrefix: name }),
    ...(network === undefined ? {} : { network }),
    ...(createdAfter ? { createdAfter } : {}),
    ...(createdBefore ? { createdBefore } : {}),
  };
}

/** The same as the link to the next page repeats it. */
export function toFilterParameters({ cursor: _, createdAfter, createdBefore, ...rest }: Search) {
  return { ...rest, createdAfter: createdAfter?.toISOString(), createdBefore: createdBefore?.toISOString() };
}
