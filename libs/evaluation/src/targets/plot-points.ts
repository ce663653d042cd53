import { thinCurve, type RocPoint } from '#verification';

/** A point of a curve as reports have it. */
export interface PlotPoint {
  readonly far: number;
  readonly tar: number;
  /** Least cosine similarity that is accepted; 2: none is. */
  readonly similarity: number;
}

const MAX_POINTS = 1_000;
/** Cells along each axis at first; fewer until the points are few enough. */
const RESOLUTIONS = [400, 200, 100, 50, 20];

/** As much of a curve as a plot shows. The first point accepts nothing. */
export function plotPoints(curve: readonly RocPoint[]): PlotPoint[] {
  const thinned = RESOLUTIONS.map((resolution) => thinCurve(curve, resolution)).find(({ length }) => length <= MAX_POINTS);
  return (thinned ?? thinCurve(curve, 10).slice(0, MAX_POINTS)).map(({ threshold, far, tar }) => ({
    similarity: Number.isFinite(threshold) ? threshold : 2,
    far,
    tar,
  }));
}
