import { ArcFleetError, fillWords, uniformAt } from '#contracts';
import { hypergeometric } from './hypergeometric.js';

/** Positions of one leaf, which are drawn together. */
const LEAF_SIZE = 1024;

/** Names a sample: the same key gives the same sample, whoever asks for which part of it. */
export interface SampleKey {
  readonly seed: number;
  readonly stream: number;
  /** The step. */
  readonly step: number;
}

/**
 * The part in `from .. to - 1` of a uniform sample without replacement of exactly `size` of the positions
 * `0 .. population - 1`, in rising order. The parts of all ranges make up the sample without any communication, in time
 * O(positions drawn): the size is split over a binary tree of fixed blocks by hypergeometric draws, one per node, and a caller
 * goes down only where its range lies (Sanders, Lamm, Hübschle-Schneider, Schrade and Dachsbacher, "Efficient Parallel Random
 * Sampling - Vectorized, Cache-Efficient, and Online", 2018, section 4).
 *
 * @throws ArcFleetError `shape_mismatch` for a size or a range outside of the population.
 */
export function sampleRange(key: SampleKey, population: number, size: number, from: number, to: number): Int32Array {
  const isInside = Number.isSafeInteger(size) && size >= 0 && size <= population && from >= 0 && from <= to && to <= population;
  if (!isInside) {
    throw new ArcFleetError('shape_mismatch', `Cannot draw ${size} of ${population}, of these ${from}..${to - 1}`, {
      population,
      size,
      from,
      to,
    });
  }
  const drawn: number[] = [];
  /** `node` is the heap number of a node over the leaves `first .. end - 1` that holds `share` of the sample. */
  const descend = (node: number, first: number, end: number, share: number): void => {
    const start = first * LEAF_SIZE;
    const stop = Math.min(end * LEAF_SIZE, population);
    if (share === 0 || start >= to || stop <= from) return;
    if (end - first === 1) {
      drawLeaf(key, first, stop - start, share, (position) => {
        if (start + position >= from && start + position < to) drawn.push(start + position);
      });
      return;
    }
    const middle = (first + end) >>> 1;
    const urn = { population: stop - start, marked: middle * LEAF_SIZE - start, size: share };
    const left = hypergeometric(urn, uniformAt(key.seed, key.stream, key.step, node));
    descend(2 * node, first, middle, left);
    descend(2 * node + 1, middle, end, share - left);
  };
  if (from < to) descend(1, 0, Math.ceil(population / LEAF_SIZE), size);
  return Int32Array.from(drawn);
}

const words = new Uint32Array(LEAF_SIZE);
const isMarked = new Uint8Array(LEAF_SIZE);

/** `size` of `length` positions, visited in rising order: Floyd's algorithm, for the smaller of the sample and its rest. */
function drawLeaf(key: SampleKey, leaf: number, length: number, size: number, visit: (position: number) => void): void {
  const marksSample = 2 * size <= length;
  const numMarks = marksSample ? size : length - size;
  fillWords(key.seed, key.stream, key.step, leaf, words.subarray(0, numMarks));
  isMarked.fill(0, 0, length);
  for (let index = 0; index < numMarks; index++) {
    const last = length - numMarks + index;
    // 32 bits over at most 1024 places: no place is off its share by more than 2.4e-7 of it.
    const other = Math.floor((words[index]! * (last + 1)) / 2 ** 32);
    isMarked[isMarked[other] ? last : other] = 1;
  }
  const wanted = marksSample ? 1 : 0;
  for (let position = 0; position < length; position++) if (isMarked[position] === wanted) visit(position);
}
