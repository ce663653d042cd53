import { mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { ArcFleetError, fileEntrySchema, type FileEntry, type FileFormat, type ModelFiles } from '#contracts';
import { hashFile } from '#formats';
import type { ApiClient } from '../follow/api-client.js';

/** How often it is asked whether an export is there. */
const POLL_MS = 500;

export interface Download {
  readonly api: Pick<ApiClient, 'getModelFiles' | 'openModelFile'>;
  /** `mdl_...`, `name@alias` or `name@version`. */
  readonly ref: string;
  readonly folder: string;
  /** Default: as it is stored. */
  readonly format: FileFormat | undefined;
  /** An export that failed is tried again. */
  readonly retry: boolean;
  readonly force: boolean;
  readonly say: (text: string) => void;
}

/**
 * Fetches the files of a stored model. What an interrupted download has left is gone on with; a file gets its name when its SHA-256 is the
 * one of the registry.
 *
 * @returns the files by their paths.
 * @throws ArcFleetError of the API; `conflict` for a file that is there already; `checkpoint_corrupt` for one that is not what was stored.
 */
export async function downloadModel({ api, ref, folder, format, retry, force, say }: Download): Promise<FileEntry[]> {
  let list = await api.getModelFiles(ref, format, retry);
  if ('taskId' in list) say(`${ref} is exported to ${list.format} by ${list.taskId}`);
  while ('taskId' in list) {
    await delay(POLL_MS);
    list = await api.getModelFiles(ref, format, false);
  }
  await mkdir(folder, { recursive: true });
  const files = list.files.map(({ name: path, sizeBytes, sha256 }) => {
    const entry = fileEntrySchema.safeParse({ path, sizeBytes, sha256 });
    // Whoever answers must not choose where we write.
    if (entry.success) return entry.data;
    throw new ArcFleetError(
      'checkpoint_corrupt',
      `The API names a file ${JSON.stringify(path)}, which is no name of a model's file.`,
    );
  });
  for (const { path } of files) {
    if (force || (await sizeOf(join(folder, path))) === null) continue;
    throw new ArcFleetError('conflict', `${join(folder, path)} is there already; add --force to replace it`);
  }
  const written: FileEntry[] = [];
  for (const entry of files) written.push(await fetchFile(api, list, entry, folder));
  return written;
}

async function fetchFile(api: Download['api'], list: ModelFiles, entry: FileEntry, folder: string): Promise<FileEntry> {
  const { path: name, sizeBytes, sha256 } = entry;
  // Parts of another version of the model are none of this one.
  const partName = `${name}.${sha256.slice(0, 8)}.part`;
  const part = join(folder, partName);
  const there = (await sizeOf(part)) ?? 0;
  if (there < sizeBytes) {
    const range = there > 0 ? { from: there, etag: `"${sha256}"` } : null;
    const response = await api.openModelFile(list, name, range);
    const file = await open(part, response.status === 206 ? 'a' : 'w');
    try {
      for await (const bytes of response.body as AsyncIterable<Uint8Array>) await file.appendFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
  } else if (there === 0) await (await open(part, 'w')).close();
  const found = await hashFile(folder, partName);
  if (found.sha256 !== sha256) {
    await rm(part, { force: true });
    const message = `${name} came with ${found.sizeBytes} bytes and another SHA-256 than the ${sizeBytes} bytes of the registry. Try again.`;
    throw new ArcFleetError('checkpoint_corrupt', message, { file: name });
  }
  await rename(part, join(folder, name));
  return { path: join(folder, name), sizeBytes, sha256 };
}

const sizeOf = (path: string): Promise<number | null> =>
  stat(path).then(
    ({ size }) => size,
    () => null,
  );
