/** Ordered pairs of the same identity in a bag, as positions in it: the anchor before the positive, anchors rising. */
export interface AnchorPositivePairs {
  readonly anchors: Int32Array;
  readonly positives: Int32Array;
}

/** Pairs `firstPair`..`endPair` have at most a tile's number of different anchors. */
export interface AnchorTile {
  readonly firstPair: number;
  readonly endPair: number;
}

/** All pairs of a bag; images of one identity must stand together in `labels`. */
export function anchorPositivePairs(labels: ArrayLike<number>): AnchorPositivePairs {
  const anchors: number[] = [];
  const positives: number[] = [];
  for (let anchor = 0; anchor < labels.length; anchor++) {
    for (let positive = anchor + 1; positive < labels.length && labels[positive] === labels[anchor]; positive++) {
      anchors.push(anchor);
      positives.push(positive);
    }
  }
  return { anchors: Int32Array.from(anchors), positives: Int32Array.from(positives) };
}

/**
 * Cuts the pairs into tiles of `size` anchors (the last one may have fewer). Cuts depend on the bag only, so that whoever
 * computes a tile computes the same product.
 */
export function anchorTiles({ anchors }: AnchorPositivePairs, size: number): AnchorTile[] {
  const tiles: AnchorTile[] = [];
  let firstPair = 0;
  let numAnchors = 0;
  for (let pair = 0; pair < anchors.length; pair++) {
    if (pair > 0 && anchors[pair] === anchors[pair - 1]) continue;
    if (numAnchors === size) {
      tiles.push({ firstPair, endPair: pair });
      firstPair = pair;
      numAnchors = 0;
    }
    numAnchors++;
  }
  if (firstPair < anchors.length) tiles.push({ firstPair, endPair: anchors.length });
  return tiles;
}
