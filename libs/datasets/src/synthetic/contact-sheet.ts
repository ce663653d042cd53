import sharp, { type OverlayOptions } from 'sharp';
import { decodeImage } from '../decode-image.js';
import { openTrainingSet } from '../open-training-set.js';
import type { TrainingSet } from '../training-set.js';
import { listVerificationTargets, openVerificationSet, verificationPath } from '../verification-set.js';

const TILE = 112;
const GAP = 4;
const GENUINE = { r: 60, g: 170, b: 90 };
const IMPOSTOR = { r: 200, g: 70, b: 60 };
const PAPER = { r: 245, g: 245, b: 242 };

export interface ContactSheetOptions {
  /** Identities shown, one row each. Default 8. */
  readonly rows?: number;
  /** Images per identity and verification images per row. Default 10. */
  readonly columns?: number;
}

/**
 * Draws a PNG of a data set's folder: a row of images per identity, then a row of pairs per verification set; the bar
 * under a pair is green for the same person and red for two.
 */
export async function contactSheet(directory: string, output: string, options: ContactSheetOptions = {}): Promise<void> {
  const { rows = 8, columns = 10 } = options;
  const tiles: OverlayOptions[] = [];
  const place = async (encoded: Uint8Array, row: number, column: number): Promise<void> => {
    const pixels = await decodeImage(encoded, { width: TILE, height: TILE }, `tile ${row}, ${column}`);
    const raw = { width: TILE, height: TILE, channels: 3 } as const;
    tiles.push({ input: Buffer.from(pixels), raw, left: GAP + column * (TILE + GAP), top: GAP + row * (TILE + GAP) });
  };

  const set = await openTrainingSet({ kind: 'faces_emore', path: directory });
  let row = 0;
  try {
    for (const samples of samplesOfFirstClasses(set, rows, columns)) {
      for (const [column, sample] of samples.entries()) await place(await set.read(sample), row, column);
      row++;
    }
  } finally {
    await set.close();
  }
  for (const name of await listVerificationTargets(directory)) {
    const set = await openVerificationSet(verificationPath(directory, name));
    const numPairs = Math.min(Math.floor(columns / 2), set.numPairs);
    for (let pair = 0; pair < numPairs; pair++) {
      await place(await set.image(2 * pair), row, 2 * pair);
      await place(await set.image(2 * pair + 1), row, 2 * pair + 1);
      const bar = { width: 2 * TILE + GAP, height: GAP, channels: 3 as const, background: set.isSame[pair] ? GENUINE : IMPOSTOR };
      tiles.push({ input: { create: bar }, left: GAP + 2 * pair * (TILE + GAP), top: (row + 1) * (TILE + GAP) });
    }
    row++;
  }
  const width = GAP + columns * (TILE + GAP);
  const height = GAP + row * (TILE + GAP);
  await sharp({ create: { width, height, channels: 3, background: PAPER } })
    .composite(tiles)
    .png()
    .toFile(output);
}

function samplesOfFirstClasses(set: TrainingSet, numClasses: number, perClass: number): number[][] {
  const rows: number[][] = Array.from({ length: Math.min(numClasses, set.numClasses) }, () => []);
  set.labels.forEach((label, sample) => {
    const row = rows[label];
    if (row !== undefined && row.length < perClass) row.push(sample);
  });
  return rows;
}
