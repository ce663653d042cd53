/** What decides of a run's numbers of ranks; `batch` is that of trainings. */
export interface Sizes {
  readonly ranks: { readonly min: number; readonly max: number };
  readonly batch?: { readonly globalBatchSize: number; readonly bnGroupSize: number } | null | undefined;
}

/** Numbers of ranks that a run can have, the largest first: in a training every rank gets the same number of whole batch norm groups. */
export function worldSizesOf({ ranks, batch }: Sizes): number[] {
  const sizes = Array.from({ length: ranks.max - ranks.min + 1 }, (_, less) => ranks.max - less);
  return batch ? sizes.filter((size) => batch.globalBatchSize % (size * batch.bnGroupSize) === 0) : sizes;
}
