import { open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { ArcFleetError, reportError } from '#contracts';
import { parseProperty } from '../faces-emore.js';
import { LABELS_FILE } from './face-set.js';
import { readLabelNames } from './open-face-set.js';

/** What a folder with records holds beside verification sets. */
const RECORD_FILES = new Set(['property', 'train.rec', 'train.idx', 'train.lst', LABELS_FILE]);
/** As {@link convertSet} names the images in folders of identities. */
const IMAGE_NAME = /^\d{10}\.(?:jpg|png|webp|bmp|img)$/;
const MAX_IDENTITIES = 2 ** 24;
/** `property` has one line of use. */
const PROPERTY_BYTES = 4096;

/**
 * Passes a folder that holds a data set as the tools write it and nothing else, so that it may be removed: either `property` that can
 * be read, `train.rec` and their companions, or `labels.txt` that can be read and the identities that it names. O(images of folders).
 *
 * @throws ArcFleetError `conflict` naming what does not belong
 */
export async function refuseForeign(folder: string): Promise<void> {
  const entries = await readdir(folder, { withFileTypes: true });
  const files = new Set(entries.filter((entry) => entry.isFile()).map(({ name }) => name));
  const isRecords = files.has('property') && files.has('train.rec');
  if (!isRecords && !files.has(LABELS_FILE)) {
    throw refusal(folder, 'holds no data set (neither property and train.rec nor labels.txt)', folder);
  }
  const identities = isRecords ? await checkProperty(folder) : await readIdentities(folder);
  for (const entry of entries) {
    const { name } = entry;
    const path = join(folder, name);
    if (entry.isFile() && (name.endsWith('.bin') || (isRecords ? RECORD_FILES.has(name) : name === LABELS_FILE))) continue;
    if (!entry.isDirectory() || !identities.has(name))
      throw refusal(folder, `holds ${name}, which is no part of a data set`, path);
    for (const image of await readdir(path, { withFileTypes: true })) {
      if (image.isFile() && IMAGE_NAME.test(image.name)) continue;
      throw refusal(folder, `holds ${join(name, image.name)}, which is no image that was written for it`, join(path, image.name));
    }
  }
}

async function checkProperty(folder: string): Promise<ReadonlySet<string>> {
  const path = join(folder, 'property');
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(PROPERTY_BYTES), 0, PROPERTY_BYTES, 0);
    parseProperty(buffer.toString('utf8', 0, bytesRead), path);
  } catch (error) {
    throw refusal(folder, `is no data set: ${reportError(error).message}`, path);
  } finally {
    await file.close();
  }
  return new Set();
}

/** Names that the folders of identities can have: those of labels.txt, and the labels in digits. */
async function readIdentities(folder: string): Promise<ReadonlySet<string>> {
  const names = await readLabelNames(folder, MAX_IDENTITIES).catch((error: unknown) => {
    throw refusal(folder, `is no data set: ${reportError(error).message}`, join(folder, LABELS_FILE));
  });
  const digits = String((names?.length ?? 1) - 1).length;
  return new Set((names ?? []).flatMap((name, label) => [name, String(label).padStart(digits, '0')]));
}

function refusal(folder: string, what: string, file: string): ArcFleetError {
  const message = `${folder} ${what}; --force replaces data sets only. Remove it yourself or give another name.`;
  return new ArcFleetError('conflict', message, { file });
}
