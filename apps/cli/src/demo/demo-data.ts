import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { ArcFleetError } from '#contracts';
import { contactSheet, listVerificationTargets, openTrainingSet } from '#datasets';
import type { CliConfig } from '../config.js';
import { CONTACT_SHEET, drawDemoFaces } from './demo-faces.js';
import type { DemoOptions } from './demo-options.js';

export interface DemoData {
  readonly directory: string;
  readonly isGenerated: boolean;
  readonly numImages: number;
  readonly numClasses: number;
  /** Verification sets in the order of reports. */
  readonly targets: readonly string[];
  /** PNG that shows what the images look like. */
  readonly contactSheet: string;
}

const SAY_PERIOD_MS = 3_000;

/**
 * The data set to train on, opened once so that what is wrong with it is said before anything is trained.
 * @throws ArcFleetError `dataset_not_found`, `dataset_corrupt`, `dataset_invalid`; the signal's reason.
 */
export async function prepareData(
  config: CliConfig,
  options: DemoOptions,
  signal: AbortSignal,
  say: (text: string) => void,
): Promise<DemoData> {
  const isGenerated = options.data === undefined;
  const directory = options.data ?? (await draw(config, options, signal, say));
  const set = await openTrainingSet({ kind: 'faces_emore', path: directory });
  const { numImages, numClasses } = set;
  await set.close();
  const targets = await listVerificationTargets(directory);
  if (targets.length === 0) {
    throw new ArcFleetError(
      'dataset_invalid',
      `${directory} holds no verification set: put at least one .bin file beside train.rec`,
      {
        file: directory,
      },
    );
  }
  say(`data      ${directory}: ${numImages} images of ${numClasses} people; pairs: ${targets.join(', ')}`);
  const sheet = isGenerated ? join(directory, CONTACT_SHEET) : join(config.home, 'demo', CONTACT_SHEET);
  if (!isGenerated) {
    await mkdir(join(config.home, 'demo'), { recursive: true });
    await contactSheet(directory, sheet);
  }
  say(`          what they look like: ${sheet}`);
  return { directory, isGenerated, numImages, numClasses, targets, contactSheet: sheet };
}

async function draw(config: CliConfig, { seed }: DemoOptions, signal: AbortSignal, say: (text: string) => void): Promise<string> {
  const startedAt = performance.now();
  let saidAt = startedAt;
  let isNew = false;
  const directory = await drawDemoFaces({
    root: join(config.home, 'datasets'),
    seed,
    signal,
    onProgress: (done, total) => {
      if (!isNew) say(`data      drawing ${total} images of synthetic faces (kept for the next time) ...`);
      isNew = true;
      if (performance.now() - saidAt < SAY_PERIOD_MS) return;
      saidAt = performance.now();
      say(`          ${done} of ${total}`);
    },
  });
  if (isNew) say(`          drawn in ${((performance.now() - startedAt) / 1_000).toFixed(1)} s`);
  return directory;
}
