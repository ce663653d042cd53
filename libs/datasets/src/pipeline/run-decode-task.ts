import { augmentImage, placeAugmented } from '../augmentation/augment.js';
import { decodeImage, placeImage } from '../decode-image.js';
import type { DecodeTask, StageSeconds } from './decode-task.js';

/** Images that are under way at once in a thread, so that it decodes one while others are read. */
const LANES = 4;

/** Gives the encoded images of a task. */
export interface TaskImages {
  read(position: number): Promise<Uint8Array>;
  /** What an error message calls it. */
  describe(position: number): string;
}

/** The first image of a task that failed; by position, not by time, so that the same damaged file gives the same message. */
export class DecodeFailure {
  constructor(
    readonly position: number,
    readonly error: unknown,
  ) {}
}

/** Reads, decodes, augments and places the images of a task on this thread. Throws {@link DecodeFailure}. */
export async function runDecodeTask(task: DecodeTask, images: TaskImages): Promise<StageSeconds> {
  const startMs = performance.now();
  const ms = { read: 0, decode: 0, augment: 0, place: 0 };
  const failures: DecodeFailure[] = [];
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < task.count && failures.length === 0) {
      const position = next++;
      try {
        await prepare(position);
      } catch (error) {
        failures.push(new DecodeFailure(position, error));
      }
    }
  };

  async function prepare(position: number): Promise<void> {
    const { size, pixels, bothWays } = task;
    const length = size.height * size.width * 3;
    const start = task.start + position * length * (bothWays ? 2 : 1);
    const mirror = task.mirror?.[position] === 1;
    let sinceMs = performance.now();
    const lap = (stage: keyof typeof ms): void => {
      const nowMs = performance.now();
      ms[stage] += nowMs - sinceMs;
      sinceMs = nowMs;
    };
    const encoded = await images.read(position);
    lap('read');
    const decoded = await decodeImage(encoded, size, images.describe(position));
    lap('decode');
    if (task.augmentation) {
      const { config, seed, step, firstSample } = task.augmentation;
      const place = { seed, step, sample: firstSample + position, mirror };
      const changed = await augmentImage(decoded, size, config, place);
      lap('augment');
      placeAugmented(changed, size, config, place, pixels, start);
    } else {
      placeImage(decoded, size, mirror, pixels, start);
      if (bothWays) placeImage(decoded, size, true, pixels, start + length);
    }
    lap('place');
  }

  await Promise.all(Array.from({ length: LANES }, lane));
  // All positions before a failed one were under way by then, so the first one is among them.
  const [first] = failures.sort((a, b) => a.position - b.position);
  if (first) throw first;
  const total = (performance.now() - startMs) / 1000;
  return { total, read: ms.read / 1000, decode: ms.decode / 1000, augment: ms.augment / 1000, place: ms.place / 1000 };
}
