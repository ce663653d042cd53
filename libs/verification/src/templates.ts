import { ArcFleetError } from '#contracts';

/** One image of a template: which template, and which media (a photo, or a video that has many frames). */
export interface TemplateImage {
  readonly template: number;
  readonly media: number;
}

/** Unit rows by template. */
export interface PooledTemplates {
  readonly dim: number;
  /** Template id of each row, rising. */
  readonly templates: number[];
  /** L2-normalised, row-major. */
  readonly embeddings: Float32Array;
}

/**
 * Pools images to templates as IJB 1:1 does: mean over the images of each media, sum over the media, L2 norm. An image may stand in several
 * templates: `images[i]` names row `rows[i]` of `embeddings` (default: row i). A row's length counts, so leave embeddings as the network
 * gives them and weigh them by `weights` (the detector's score) if wanted. float64 inside.
 *
 * Throws `shape_mismatch` for rows that are not there.
 */
export function poolTemplates(
  embeddings: Float32Array,
  dim: number,
  images: Iterable<TemplateImage>,
  { rows, weights }: { rows?: ArrayLike<number>; weights?: ArrayLike<number> } = {},
): PooledTemplates {
  const numRows = embeddings.length / dim;
  const sums = new Map<number, Map<number, { sum: Float64Array; count: number }>>();
  let index = -1;
  for (const { template, media } of images) {
    index++;
    const row = rows?.[index] ?? index;
    if (!(row >= 0 && row < numRows) || !Number.isInteger(numRows)) {
      throw new ArcFleetError(
        'shape_mismatch',
        `Image ${index} of template ${template} wants row ${row} of ${numRows} embeddings`,
      );
    }
    const byMedia = sums.get(template) ?? sums.set(template, new Map()).get(template)!;
    const pool = byMedia.get(media) ?? byMedia.set(media, { sum: new Float64Array(dim), count: 0 }).get(media)!;
    const weight = weights?.[row] ?? 1;
    for (let i = 0; i < dim; i++) pool.sum[i]! += weight * embeddings[row * dim + i]!;
    pool.count++;
  }
  const templates = [...sums.keys()].sort((a, b) => a - b);
  const pooled = new Float32Array(templates.length * dim);
  for (const [position, template] of templates.entries()) {
    const total = new Float64Array(dim);
    for (const { sum, count } of sums.get(template)!.values()) for (let i = 0; i < dim; i++) total[i]! += sum[i]! / count;
    const norm = Math.sqrt(total.reduce((square, value) => square + value * value, 0)) || 1;
    for (let i = 0; i < dim; i++) pooled[position * dim + i] = total[i]! / norm;
  }
  return { dim, templates, embeddings: pooled };
}

/**
 * Cosine similarity of pairs of templates, in the order given: `first[i]` and `second[i]` are the templates of pair i.
 *
 * Throws `dataset_invalid` naming a template that has no image.
 */
export function compareTemplates(
  { dim, templates, embeddings }: PooledTemplates,
  first: ArrayLike<number>,
  second: ArrayLike<number>,
): Float64Array {
  const rowOf = new Map(templates.map((template, row) => [template, row]));
  const find = (template: number): number => {
    const row = rowOf.get(template);
    if (row === undefined) throw new ArcFleetError('dataset_invalid', `A pair names template ${template}, which has no image`);
    return row;
  };
  return Float64Array.from(first, (template, pair) => {
    const [rowA, rowB] = [find(template) * dim, find(second[pair]!) * dim];
    let sum = 0;
    for (let i = 0; i < dim; i++) sum += embeddings[rowA + i]! * embeddings[rowB + i]!;
    return sum;
  });
}
