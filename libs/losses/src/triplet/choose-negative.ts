export interface NegativeChoice {
  /** Squared distances from the anchor to every image of the bag. */
  readonly distances: ArrayLike<number>;
  /** Identity of every image of the bag. */
  readonly labels: ArrayLike<number>;
  readonly anchor: number;
  readonly positive: number;
  /** Alpha, in squared distance. */
  readonly margin: number;
  /** 32 random bits of this pair. */
  readonly key: number;
}

/**
 * One of the semi-hard negatives of a pair, each with the same probability: images of other identities with
 * d_ap < d_an < d_ap + margin (Schroff et al., FaceNet, 2015, 3.2; insightface.md 2.5). -1: there is none.
 *
 * Every image has a random rank that depends on (key, position) only and the candidate with the highest one is taken. So a
 * candidate at the border, which rounding lets in or keeps out, changes the choice only if it is the chosen one itself.
 */
export function chooseNegative({ distances, labels, anchor, positive, margin, key }: NegativeChoice): number {
  const nearest = distances[positive]!;
  const farthest = nearest + margin;
  const own = labels[anchor];
  let chosen = -1;
  let highest = -1;
  for (let image = 0; image < labels.length; image++) {
    const distance = distances[image]!;
    if (!(distance > nearest && distance < farthest) || labels[image] === own) continue;
    const rank = mix(key ^ Math.imul(image + 1, 0x9e3779b1));
    if (rank > highest) {
      highest = rank;
      chosen = image;
    }
  }
  return chosen;
}

/** 32 well-mixed bits from 32: the finalizer of MurmurHash3 (Appleby), a bijection, so two images never tie. */
function mix(word: number): number {
  let hash = Math.imul(word ^ (word >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
