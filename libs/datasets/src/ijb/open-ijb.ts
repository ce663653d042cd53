import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { ArcFleetError } from '#contracts';
import type { Landmarks } from '../alignment/similarity-transform.js';
import { readImageFile } from '../image-folder/image-files.js';
import { readLines } from './read-lines.js';

/** An IJB-style 1:1 protocol: images with landmarks, the templates that they belong to, pairs of templates. */
export interface IjbProtocol {
  /** Folder that was opened. */
  readonly path: string;
  readonly numImages: number;
  landmarks(image: number): Landmarks;
  /** The detector's confidence in each image's face. */
  readonly detectorScores: Float32Array;
  /** Template of each image, and media of each image. */
  readonly templates: Int32Array;
  readonly media: Int32Array;
  /** Pairs of template ids, and 1 for the same person. */
  readonly first: Int32Array;
  readonly second: Int32Array;
  readonly isSame: Uint8Array;
  /** The encoded picture that image's face is in. @throws ArcFleetError `dataset_not_found`, `dataset_corrupt`, `dataset_invalid` */
  read(image: number): Promise<Uint8Array>;
  describe(image: number): string;
}

const MAX_ID = 2 ** 31 - 1;
const POINTS = 10;

/**
 * Opens a folder as the IJB-B and IJB-C sets of InsightFace are laid out (insightface.md 5.7): `meta/<set>_face_tid_mid.txt` (image, template,
 * media), `meta/<set>_template_pair_label.txt` (template, template, 1 or 0), `meta/<set>_name_5pts_score.txt` (image, ten coordinates,
 * score), pictures in `loose_crop/`. The first and the last list the same images in the same order. About 60 bytes an image and 9 a pair.
 *
 * @throws ArcFleetError `dataset_not_found`, `dataset_invalid` naming file and line.
 */
export async function openIjb(path: string): Promise<IjbProtocol> {
  const meta = join(path, 'meta');
  const prefix = await findPrefix(meta);
  const names: string[] = [];
  const templates = new Column(Int32Array);
  const media = new Column(Int32Array);
  await readLines(join(meta, `${prefix}_face_tid_mid.txt`), (text) => {
    const [name = '', template, medium, ...more] = text.split(/\s+/);
    if (more.length > 0 || !isPlainName(name) || !isId(template) || !isId(medium)) return 'must be: image template media';
    names.push(name);
    templates.push(Number(template));
    media.push(Number(medium));
    return null;
  });
  const points = new Column(Float32Array);
  const scores = new Column(Float32Array);
  let at = 0;
  const pointsFile = join(meta, `${prefix}_name_5pts_score.txt`);
  await readLines(pointsFile, (text) => {
    const [name, ...numbers] = text.split(/\s+/);
    const values = numbers.map(Number);
    if (values.length !== POINTS + 1 || !values.every((value) => Math.abs(value) < 1e6)) {
      return 'must be: image, ten coordinates, score';
    }
    if (name !== names[at]) return `must be about ${names[at] ?? 'nothing'}, as in ${prefix}_face_tid_mid.txt`;
    values.slice(0, POINTS).forEach((value) => points.push(value));
    scores.push(values[POINTS]!);
    at++;
    return null;
  });
  if (at !== names.length) {
    throw new ArcFleetError('dataset_invalid', `${pointsFile} has ${at} images, ${prefix}_face_tid_mid.txt has ${names.length}`, {
      file: pointsFile,
    });
  }
  const [first, second, isSame] = [new Column(Int32Array), new Column(Int32Array), new Column(Uint8Array)];
  await readLines(join(meta, `${prefix}_template_pair_label.txt`), (text) => {
    const [a, b, same, ...more] = text.split(/\s+/);
    if (more.length > 0 || !isId(a) || !isId(b) || (same !== '0' && same !== '1')) return 'must be: template template 1|0';
    first.push(Number(a));
    second.push(Number(b));
    isSame.push(Number(same));
    return null;
  });
  const pictures = join(path, 'loose_crop');
  const allPoints = points.take();
  const describe = (image: number): string => `image ${image} (${names[image]}) of ${path}`;
  return {
    path,
    numImages: names.length,
    landmarks: (image) =>
      Array.from({ length: POINTS / 2 }, (_, point) => [
        allPoints[image * POINTS + 2 * point]!,
        allPoints[image * POINTS + 2 * point + 1]!,
      ]) as unknown as Landmarks,
    detectorScores: scores.take(),
    templates: templates.take(),
    media: media.take(),
    first: first.take(),
    second: second.take(),
    isSame: isSame.take(),
    read: (image) => readImageFile(join(pictures, names[image] ?? ''), { root: pictures }),
    describe,
  };
}

async function findPrefix(meta: string): Promise<string> {
  const suffix = '_face_tid_mid.txt';
  const entries = await readdir(meta).catch((error: Error) => {
    throw new ArcFleetError('dataset_not_found', `Cannot list ${meta}: ${error.message}`, { file: meta }, { cause: error });
  });
  const found = entries.filter((entry) => entry.endsWith(suffix));
  if (found.length !== 1) {
    const message = `${meta} must hold one <set>${suffix}; it holds ${found.length === 0 ? 'none' : found.join(', ')}`;
    throw new ArcFleetError('dataset_invalid', message, { file: meta });
  }
  return found[0]!.slice(0, -suffix.length);
}

/** A file of the folder itself: nothing that leads elsewhere. */
const isPlainName = (name: string): boolean => name !== '' && name !== '.' && name !== '..' && !/[/\\\0]/.test(name);

const isId = (text: string | undefined): text is string =>
  text !== undefined && /^\d{1,10}$/.test(text) && Number(text) <= MAX_ID;

/** A typed array that grows. */
class Column<T extends Int32Array | Float32Array | Uint8Array> {
  private array: T;
  private length = 0;

  constructor(private readonly type: new (length: number) => T) {
    this.array = new type(1024);
  }

  push(value: number): void {
    if (this.length === this.array.length) {
      const larger = new this.type(2 * this.length);
      larger.set(this.array);
      this.array = larger;
    }
    this.array[this.length++] = value;
  }

  /** All of them, once: whoever still holds the column holds nothing large. */
  take(): T {
    const values = this.array.slice(0, this.length) as T;
    this.array = new this.type(0);
    return values;
  }
}
