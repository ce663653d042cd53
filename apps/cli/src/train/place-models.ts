import { copyFile, mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { RecordOf } from '#contracts';
import { numbered } from './pretrained.js';

/** Scores of one verification, by set. */
type Scores = ReadonlyMap<string, number>;

/**
 * Which model is best, as train.py has it: by the last verification set, strictly; on a draw the one whose sum over all sets is not
 * lower (insightface.md 6.1).
 */
export class BestModel {
  private readonly scores = new Map<number, Map<string, number>>();
  private best: { readonly last: number; readonly sum: number } | null = null;

  /** @param targets in their order; undefined: in the order in which scores come */
  constructor(private readonly targets: readonly string[] | undefined) {}

  onVerification({
    step,
    subject,
    target,
    scores,
  }: Pick<RecordOf<'verification'>, 'step' | 'subject' | 'target' | 'scores'>): void {
    if (subject !== 'model') return;
    const ofStep = this.scores.get(step) ?? new Map<string, number>();
    this.scores.set(step, ofStep.set(target, scores.accuracy));
  }

  /** Whether the model of a step beats all before it, which it then becomes itself. Without scores each one does. */
  take(step: number): boolean {
    const scores = this.scores.get(step);
    if (!scores || scores.size === 0) return true;
    const last = this.lastOf(scores);
    const sum = [...scores.values()].reduce((total, accuracy) => total + accuracy, 0);
    const { best } = this;
    if (best && (last < best.last || (last === best.last && sum < best.sum))) return false;
    this.best = { last, sum };
    return true;
  }

  private lastOf(scores: Scores): number {
    const ordered = this.targets?.filter((target) => scores.has(target)) ?? [...scores.keys()];
    return scores.get(ordered.at(-1) ?? '') ?? [...scores.values()].at(-1) ?? 0;
  }
}

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
    private readonly best: BestModel,
  ) {}

  /**
   * Copies the stored model of a step by the rule of `--ckpt`.
   * @param stored folder that holds `model.safetensors` and `model.json`
   * @param isKnownBest what the run says; null: it does not, so scores decide
   * @returns prefix of its files; null where the rule leaves it out.
   */
  async onModel(step: number, stored: string, isKnownBest: boolean | null): Promise<string | null> {
    const isBest = isKnownBest ?? this.best.take(step);
    // The last model may be told twice: as the best or as one of all, and as the last.
    const isKnown = step === this.lastStep;
    this.lastStep = step;
    if (this.ckpt === 0 || isKnown || (this.ckpt !== 2 && !isBest)) return null;
    const number = this.ckpt === 3 ? 1 : ++this.numPlaced;
    await mkdir(this.folder, { recursive: true });
    this.placed = await placeModel(stored, join(this.folder, numbered('model', number)));
    return this.placed;
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
