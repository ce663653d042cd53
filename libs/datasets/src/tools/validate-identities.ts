import type { DatasetProperty } from '../faces-emore.js';
import { risingOrder } from '../recordio/record-index.js';
import type { ProblemList } from './problems.js';
import { EXACT_FLOAT32 } from './write-emore.js';

/** Keys that a record without image states: record 0 those of the identity records, an identity record those of its images. */
export interface StatedRange {
  readonly key: number;
  readonly first: number;
  readonly end: number;
}

/**
 * Checks labels and stated ranges against each other and against `property`. Ranges that float32 rounded (beyond 2^24) are
 * notes: training does not read them. Returns the number of identities that have images.
 */
export function checkIdentities(set: {
  property: DatasetProperty | undefined;
  images: { keys: Float64Array; labels: Int32Array };
  ranges: readonly StatedRange[];
  recPath: string;
  problems: ProblemList;
}): number {
  const { property, images, ranges, recPath, problems } = set;
  const highest = images.labels.reduce((max, label) => Math.max(max, label), -1);
  const counts = new Uint32Array(property?.numClasses ?? highest + 1);
  for (const label of images.labels) counts[label] = (counts[label] as number) + 1;
  reportGaps(counts, recPath, problems);

  const table = ranges.find(({ key }) => key === 0);
  const identities = ranges.filter(({ key }) => key !== 0);
  if (table) checkRecordZero(table, identities, counts.length, recPath, problems);
  const order = risingOrder(images.keys);
  const keys = Float64Array.from(order, (at) => images.keys[at] as number);
  const labels = Int32Array.from(order, (at) => images.labels[at] as number);
  for (const range of identities) checkRange(range, { keys, labels, counts }, recPath, problems);
  return counts.reduce((sum, count) => sum + (count > 0 ? 1 : 0), 0);
}

/** Labels without image, each stretch of them once. */
function reportGaps(counts: Uint32Array, recPath: string, problems: ProblemList): void {
  for (let label = 0; label < counts.length; label++) {
    if (counts[label] !== 0) continue;
    let last = label;
    while (last + 1 < counts.length && counts[last + 1] === 0) last++;
    const which = last === label ? `label ${label} has` : `labels ${label}..${last} have`;
    problems.broken('label_gap', recPath, `${which} no image: a class centre that is never right`);
    label = last;
  }
}

function checkRecordZero(
  { first, end }: StatedRange,
  identities: readonly StatedRange[],
  numClasses: number,
  recPath: string,
  problems: ProblemList,
): void {
  const at = { key: 0 };
  const isRounded = first >= EXACT_FLOAT32 || end >= EXACT_FLOAT32;
  if (end - first !== numClasses && !isRounded) {
    problems.broken(
      'record_zero',
      recPath,
      `states ${end - first} identities (keys ${first}..${end - 1}), property ${numClasses}`,
      at,
    );
  } else if (end - first !== numClasses) {
    problems.note('record_zero', recPath, `states keys ${first}..${end - 1}, rounded by float32 beyond 2^24: harmless here`, at);
  }
  const found = identities.filter(({ key }) => key >= first && key < end).length;
  if (found !== end - first && !isRounded) {
    problems.broken('record_zero', recPath, `states ${end - first} identity records, ${found} are there`, at);
  }
}

function checkRange(
  { key, first, end }: StatedRange,
  images: { keys: Float64Array; labels: Int32Array; counts: Uint32Array },
  recPath: string,
  problems: ProblemList,
): void {
  const from = lowerBound(images.keys, first);
  const to = lowerBound(images.keys, end);
  const label = images.labels[from];
  let other = from;
  while (other < to && images.labels[other] === label) other++;
  const count = label === undefined || from === to ? 0 : (images.counts[label] as number);
  if (from < to && other === to && to - from === count) return;
  if (first === end && count === 0) return; // an identity without images says so
  const why =
    !(end > first) || from === to
      ? `states images with keys ${first}..${end - 1}; there are none`
      : other < to
        ? `states keys ${first}..${end - 1} for one identity, but key ${images.keys[from]} has label ${label} and key ${images.keys[other]} label ${images.labels[other]}`
        : `states ${to - from} images of label ${label}, which has ${count}`;
  if (first >= EXACT_FLOAT32 || end >= EXACT_FLOAT32) {
    problems.note('identity_range', recPath, `${why}; rounded by float32 beyond 2^24: harmless, training does not read it`, {
      key,
    });
  } else problems.broken('identity_range', recPath, why, { key });
}

/** First position of `sorted` that is not below `value`. */
function lowerBound(sorted: Float64Array, value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] as number) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
