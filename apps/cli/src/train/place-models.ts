import { copyFile, mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { numbered } from './pretrained.js';

/** A model that a run has stored. */
export interface StoredModel {
  /** Holds `model.safetensors` and `model.json`. */
  readonly folder: string;
  readonly step: number;
  readonly isBest: boolean;
  readonly isLast: boolean;
}

const SLOT = /^model-(\d{4,})\.safetensors$/;

/**
 * Places the models of a run where the MXNet trainers put theirs: `model-0001.safetensors` with `model-0001.json` beside it, so that
 * `--pretrained <folder>,1` finds it.
 */
export class ModelPlacer {
  /** Prefix of the model placed last; null: none yet. */
  placed: string | null = null;
  private numPlaced = 0;
  private lastStep = -1;

  constructor(
    private readonly folder: string,
    private readonly ckpt: 0 | 1 | 2 | 3,
  ) {}

  /**
   * Goes on behind what an earlier part of the same run has placed. Files of other runs do not count, nor those of steps that are
   * trained again: they are placed again, too.
   * @param step the one that the run goes on from
   */
  async takeUp({ runId, step }: { readonly runId: string; readonly step: number }): Promise<void> {
    if (this.ckpt === 0) return;
    const names = await readdir(this.folder).catch(() => []);
    for (const name of names) {
      const number = Number(SLOT.exec(name)?.[1] ?? 0);
      if (number <= this.numPlaced) continue;
      const prefix = join(this.folder, numbered('model', number));
      const model = await describedIn(`${prefix}.json`);
      if (model?.['runId'] !== runId || !(Number(model['step']) <= step)) continue;
      this.numPlaced = number;
      this.placed = prefix;
    }
  }

  /**
   * Copies a stored model by the rule of `--ckpt`.
   * @returns prefix of its files; null where the rule leaves it out.
   */
  async onModel({ folder, step, isBest, isLast }: StoredModel): Promise<string | null> {
    // The last one is told a second time when it was stored for its scores.
    const isKnown = step === this.lastStep;
    this.lastStep = step;
    // Without verification sets none is best: then the last one is better than none.
    const isWanted = this.ckpt === 2 || isBest || (isLast && this.placed === null);
    if (this.ckpt === 0 || isKnown || !isWanted) return null;
    const number = this.ckpt === 3 ? 1 : ++this.numPlaced;
    await mkdir(this.folder, { recursive: true });
    this.placed = await placeModel(folder, join(this.folder, numbered('model', number)));
    return this.placed;
  }
}

/** What a placed model says of itself; null where it says nothing. */
async function describedIn(file: string): Promise<Record<string, unknown> | null> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as Record<string, unknown>;
  } catch {
    return null;
  }
}

async function placeModel(stored: string, prefix: string): Promise<string> {
  const weights = `${prefix}.safetensors`;
  const description = JSON.parse(await readFile(join(stored, 'model.json'), 'utf8')) as Record<string, unknown>;
  const text = JSON.stringify({ ...description, weights: weights.slice(weights.lastIndexOf('/') + 1) }, null, 2);
  // Whole or not at all: a reader may come while the slot is overwritten.
  await replaceBy(weights, (path) => copyFile(join(stored, 'model.safetensors'), path));
  await replaceBy(`${prefix}.json`, (path) => writeFile(path, `${text}\n`));
  return prefix;
}

async function replaceBy(path: string, write: (path: string) => Promise<void>): Promise<void> {
  await write(`${path}.part`);
  await rename(`${path}.part`, path);
}
