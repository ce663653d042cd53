import type { TemplateImage } from '../templates.js';
import { drawer } from './drawn-pairs.js';

const unitOf = (next: () => number) => () => (next() % 2_001) / 1_000 - 1;

/** Distances on the thresholds themselves: multiples of `step` as numpy's arange rounds them. */
export function drawnTies(numPairs: number, seed: number, step: number) {
  const next = drawer(seed);
  const count = Math.round(4 / step);
  const isSame = new Uint8Array(numPairs);
  const distances = Float64Array.from({ length: numPairs }, (_, pair) => {
    isSame[pair] = next() % 2 === 0 ? 1 : 0;
    const place = next() % Math.floor(count * 0.6);
    return (isSame[pair] ? place : place + Math.floor(count * 0.4)) * step;
  });
  return { distances, isSame };
}

/** Templates of two or three per person, each of a few images in at most three media; all pairs of templates. */
export function drawnTemplates(seed: number, numPeople: number, dim: number, spread: number) {
  const next = drawer(seed);
  const unit = unitOf(next);
  const images: TemplateImage[] = [];
  const weights: number[] = [];
  const rows: number[] = [];
  const people = new Map<number, number>();
  for (let person = 0; person < numPeople; person++) {
    const centre = Array.from({ length: dim }, () => 4 * unit());
    const numTemplates = 2 + (next() % 2);
    for (let of = 0; of < numTemplates; of++) {
      const template = 7 * (people.size + 1);
      people.set(template, person);
      const numImages = 1 + (next() % 5);
      for (let image = 0; image < numImages; image++) {
        images.push({ template, media: next() % 3 });
        weights.push(((next() % 1_000) + 1) / 1_000);
        rows.push(...centre.map((value) => value + spread * unit()));
      }
    }
  }
  const templates = [...people.keys()];
  const pairs = templates.flatMap((a, at) => templates.slice(at + 1).map((b) => [a, b] as const));
  return {
    images,
    embeddings: Float32Array.from(rows),
    weights: Float32Array.from(weights),
    first: pairs.map(([a]) => a),
    second: pairs.map(([, b]) => b),
    isSame: Uint8Array.from(pairs, ([a, b]) => Number(people.get(a) === people.get(b))),
  };
}

/** Unit rows: two to four probes per person, and distractors of other people. */
export function drawnSearch(seed: number, numPeople: number, numDistractors: number, dim: number, spread: number) {
  const next = drawer(seed);
  const unit = unitOf(next);
  const person = () => Array.from({ length: dim }, () => 4 * unit());
  const labels: number[] = [];
  const probes: number[][] = [];
  for (let label = 0; label < numPeople; label++) {
    const centre = person();
    const numImages = 2 + (next() % 3);
    for (let image = 0; image < numImages; image++) {
      labels.push(label);
      probes.push(centre.map((value) => value + spread * unit()));
    }
  }
  const distractors = Array.from({ length: numDistractors }, person);
  return { labels: Int32Array.from(labels), probes: unitRows(probes), distractors: unitRows(distractors) };
}

function unitRows(rows: readonly (readonly number[])[]): Float32Array {
  return Float32Array.from(
    rows.flatMap((row) => {
      const norm = Math.sqrt(row.reduce((square, value) => square + value * value, 0));
      return row.map((value) => value / norm);
    }),
  );
}
