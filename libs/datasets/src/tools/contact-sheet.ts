import sharp, { type OverlayOptions } from 'sharp';
import { ArcFleetError, shuffledIndices, streamOf } from '#contracts';
import { decodeImage } from '../decode-image.js';
import { listVerificationTargets, openVerificationSet, verificationPath, type VerificationSet } from '../verification-set.js';
import { samplesByLabel } from './face-set.js';
import { openFaceSet } from './open-face-set.js';

const TILE = 112;
const GAP = 4;
/** Between two pairs. */
const PAIR_GAP = 12;
const BAR = 6;
const GENUINE = { r: 60, g: 170, b: 90 };
const IMPOSTOR = { r: 200, g: 70, b: 60 };
const PAPER = { r: 245, g: 245, b: 242 };

export interface ContactSheetOptions {
  /** Identities shown, one row each; with `target`, rows of pairs. Default 8. */
  readonly rows?: number | undefined;
  /** Images per identity and verification images per row. Default 10. */
  readonly columns?: number | undefined;
  /** Draws identities, images and pairs at random; default: the first ones. */
  readonly seed?: number | undefined;
  /** Pairs of this verification set alone. */
  readonly target?: string | undefined;
}

/**
 * Draws a PNG of a data set's folder: a row of images per identity, then a row of pairs per verification set; the bar
 * under a pair is green for the same person and red for two. Images that cannot be decoded are crossed out.
 * @throws ArcFleetError as `openFaceSet`; `dataset_not_found` for a target that the folder does not have
 */
export async function contactSheet(directory: string, output: string, options: ContactSheetOptions = {}): Promise<void> {
  const { rows = 8, columns = 10, seed, target } = options;
  const targets = await listVerificationTargets(directory);
  if (target !== undefined && !targets.includes(target)) {
    const message = `${directory} has no verification set "${target}"; it has ${targets.join(', ') || 'none'}`;
    throw new ArcFleetError('dataset_not_found', message, { file: verificationPath(directory, target) });
  }
  const sheet = new Sheet();
  if (target === undefined) await placeIdentities(sheet, directory, rows, columns, seed);
  for (const name of target === undefined ? targets : [target]) {
    const set = await openVerificationSet(verificationPath(directory, name));
    await placePairs(sheet, set, target === undefined ? 1 : rows, Math.max(1, Math.floor(columns / 2)), seed);
  }
  await sheet.write(output);
}

async function placeIdentities(
  sheet: Sheet,
  directory: string,
  rows: number,
  columns: number,
  seed: number | undefined,
): Promise<void> {
  const set = await openFaceSet(directory);
  try {
    const { samples, starts } = samplesByLabel(set);
    for (const label of choose(set.numClasses, rows, seed, 'identities', 0)) {
      const own = samples.subarray(starts[label], starts[label + 1]);
      for (const [column, at] of choose(own.length, columns, seed, 'images', label).entries()) {
        const sample = own[at] as number;
        await sheet.place(await set.read(sample), column * (TILE + GAP), set.describe(sample));
      }
      sheet.endRow(0);
    }
  } finally {
    await set.close();
  }
}

async function placePairs(
  sheet: Sheet,
  set: VerificationSet,
  rows: number,
  perRow: number,
  seed: number | undefined,
): Promise<void> {
  const { isSame } = set;
  for (const [place, pair] of choosePairs(set, rows * perRow, seed).entries()) {
    if (place > 0 && place % perRow === 0) sheet.endRow(BAR + GAP);
    const left = (place % perRow) * (2 * TILE + GAP + PAIR_GAP);
    for (const side of [0, 1]) {
      const index = 2 * pair + side;
      await sheet.place(await set.image(index), left + side * (TILE + GAP), set.describe(index));
    }
    sheet.bar(left, 2 * TILE + GAP, isSame[pair] ? GENUINE : IMPOSTOR);
  }
  sheet.endRow(BAR + GAP);
}

/** Some pairs: at random, or the first of both kinds in turns, since sets often begin with many of one kind. */
function choosePairs({ isSame, numPairs, name }: VerificationSet, count: number, seed: number | undefined): number[] {
  if (seed !== undefined) return choose(numPairs, count, seed, name, 0);
  const kinds = [1, 0].map((kind) => Array.from(isSame.keys()).filter((pair) => isSame[pair] === kind));
  const inTurns = Array.from({ length: numPairs }, (_, turn) => kinds.map((pairs) => pairs[turn])).flat();
  return inTurns.filter((pair) => pair !== undefined).slice(0, count);
}

/** Up to `count` of 0..total-1: the first, or with a seed some at random, in rising order. */
function choose(total: number, count: number, seed: number | undefined, purpose: string, item: number): number[] {
  const all = Array.from({ length: seed === undefined ? Math.min(total, count) : 0 }, (_, i) => i);
  if (seed === undefined) return all;
  return Array.from(shuffledIndices(seed, streamOf(`sheet/${purpose}`), item, total).subarray(0, count)).sort((a, b) => a - b);
}

/** Tiles in rows from top to bottom. */
class Sheet {
  private readonly tiles: OverlayOptions[] = [];
  private top = GAP;
  private right = GAP;

  async place(encoded: Uint8Array, left: number, what: string): Promise<void> {
    const tile = { left: GAP + left, top: this.top };
    this.right = Math.max(this.right, tile.left + TILE + GAP);
    try {
      const pixels = await decodeImage(encoded, { width: TILE, height: TILE }, what);
      this.tiles.push({ input: Buffer.from(pixels), raw: { width: TILE, height: TILE, channels: 3 }, ...tile });
    } catch {
      const cross = `<svg width="${TILE}" height="${TILE}"><path d="M0 0L${TILE} ${TILE}M0 ${TILE}L${TILE} 0" stroke="#c8463c" stroke-width="3"/></svg>`;
      this.tiles.push({ input: Buffer.from(cross), ...tile });
    }
  }

  bar(left: number, width: number, background: { r: number; g: number; b: number }): void {
    const input = { create: { width, height: BAR, channels: 3 as const, background } };
    this.tiles.push({ input, left: GAP + left, top: this.top + TILE });
  }

  /** `extra`: pixels below the tiles of this row. */
  endRow(extra: number): void {
    this.top += TILE + GAP + extra;
  }

  async write(output: string): Promise<void> {
    await sharp({ create: { width: this.right, height: this.top, channels: 3, background: PAPER } })
      .composite(this.tiles)
      .png()
      .toFile(output);
  }
}
