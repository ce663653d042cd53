import { constants, open, realpath, type FileHandle } from 'node:fs/promises';
import { join, resolve, sep } from 'node:path';
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import {
  ArcFleetError,
  errorFromReport,
  EXPORT_FORMATS,
  type ErrorReport,
  type ExportFormat,
  type FileEntry,
  type FileFormat,
  type ModelFiles,
  type PendingFiles,
} from '#contracts';
import { appendAudit, checkReady, findExport, getModel, requestExport, resolveModel, type StoredModel } from '#persistence';
import type { Actor } from '../access/actor.js';
import { requireScope } from '../access/scope.guard.js';
import { ApiSettings } from '../settings.js';

/** Where files lie, as a row of the database says. */
interface Stored {
  readonly format: FileFormat;
  /** Relative to the storage root. */
  readonly folder: string;
  readonly files: readonly FileEntry[];
}

/** A file that is open; who gets it closes it. */
export interface OpenFile {
  readonly handle: FileHandle;
  readonly entry: FileEntry;
  /** For people who save it. */
  readonly downloadName: string;
}

const isExportFormat = (format: string): format is ExportFormat => (EXPORT_FORMATS as readonly string[]).includes(format);

/** Files of stored models: lists, exports on demand, and the files themselves. */
@Injectable()
export class ModelFilesService {
  constructor(
    private readonly dataSource: DataSource,
    private readonly settings: ApiSettings,
  ) {}

  /**
   * The files in a format; without one, as they are stored. Another format than that is exported by a task, which is made once.
   *
   * @param again an export that failed is tried anew
   * @throws ArcFleetError `not_found`; `conflict` for a model that is not ready; `model_mismatch` for a format that this model cannot
   *   be had in; `forbidden` when a task would have to be made and the key may only read; the failure of the export.
   */
  list(ref: string, format: FileFormat | undefined, again: boolean, actor: Actor): Promise<ModelFiles | PendingFiles> {
    return this.dataSource.transaction(async (manager) => {
      const model = await resolveModel(manager, ref);
      checkReady(model);
      const wanted = format ?? (model.format as FileFormat);
      const stored = await findStored(manager, model, wanted);
      if (stored) return this.toView(model, stored);
      const target = exportable(model, wanted);
      // From here on one of two requests waits for the other.
      const locked = await resolveModel(manager, model.id, 'update');
      const made = await requestExport(manager, locked, target, again);
      if (made.state === 'failed') throw failureOf(model, target, made.error);
      if (made.state === 'ready') return this.toView(model, { format: target, folder: made.folder, files: made.files });
      const { taskId } = made;
      if (made.isNew) {
        // What is there may be read; to make it takes a slot of the fleet.
        requireScope(actor, 'models:write');
        const details = { format: target, taskId };
        await appendAudit(manager, { actor: actor.id, action: 'models.files', resourceId: model.id, details });
      }
      return { modelId: model.id, format: target, taskId, urls: { task: `${this.settings.publicUrl}/tasks/${taskId}` } };
    });
  }

  /**
   * Opens one of the files that the row lists: the name only picks an entry, it makes no path.
   *
   * @throws ArcFleetError `not_found`; `conflict` for a model that is not ready; `unavailable` where no storage is configured;
   *   `checkpoint_corrupt` for a file that is not the one of the row.
   */
  async open(ref: string, format: FileFormat, name: string): Promise<OpenFile> {
    const { manager } = this.dataSource;
    const model = await resolveModel(manager, ref);
    checkReady(model);
    const stored = await findStored(manager, model, format);
    const entry = stored?.files.find(({ path }) => path === name);
    if (!stored || !entry) {
      const message = `Model ${model.name}@${model.version} has no such file in the format ${format}; GET /models/${model.id}/files?format=${format} lists them, and has them made where a worker must.`;
      throw new ArcFleetError('not_found', message, { modelId: model.id, format });
    }
    const { storageRoot } = this.settings;
    if (storageRoot === null) {
      const message =
        'This API does not see the storage of the workers. Set ARCFLEET_STORAGE to the folder that they share, and start it again.';
      throw new ArcFleetError('unavailable', message);
    }
    const handle = await openBelow(storageRoot, join(stored.folder, entry.path), entry).catch(async (error: unknown) => {
      // Its files go when it is deleted or its run replaces it: then it is not there, rather than broken.
      await getModel(manager, model.id);
      throw error;
    });
    return { handle, entry, downloadName: `${model.name}-v${model.version}-${entry.path}` };
  }

  private toView({ id }: StoredModel, { format, files }: Stored): ModelFiles {
    const base = `${this.settings.publicUrl}/models/${id}/files/${format}`;
    return {
      modelId: id,
      format,
      files: files.map(({ path: name, sizeBytes, sha256 }) => ({ name, sizeBytes, sha256, url: `${base}/${name}` })),
    };
  }
}

/** Where the files of a format lie, if they are there. */
async function findStored(manager: EntityManager, model: StoredModel, format: FileFormat): Promise<Stored | null> {
  if (format === model.format) return { format, folder: model.folder, files: model.files };
  if (!isExportFormat(format)) return null;
  const made = await findExport(manager, model.id, format);
  return made?.state === 'ready' ? { format, folder: made.folder, files: made.files } : null;
}

function exportable({ id, name, version, format }: StoredModel, wanted: FileFormat): ExportFormat {
  // A foreign graph runs as it is; nobody knows its network.
  if (isExportFormat(wanted) && format !== 'onnx') return wanted;
  const others = format === 'onnx' ? 'nothing else' : EXPORT_FORMATS.filter((each) => each !== format).join(', ');
  const message = `Model ${name}@${version} is stored as ${format} and cannot be had as ${wanted}; it can be exported to: ${others}.`;
  throw new ArcFleetError('model_mismatch', message, { modelId: id, format: wanted });
}

function failureOf({ name, version }: StoredModel, format: ExportFormat, report: ErrorReport | null): ArcFleetError {
  const message = `${name}@${version} could not be exported to ${format}: ${report?.message ?? 'the task ended without a result'}. Add retry=true to try again.`;
  return errorFromReport({ code: report?.code ?? 'internal', message });
}

/** @throws ArcFleetError `checkpoint_corrupt`. */
async function openBelow(storageRoot: string, path: string, { sizeBytes }: FileEntry): Promise<FileHandle> {
  const corrupt = (what: string, cause?: unknown): ArcFleetError =>
    new ArcFleetError('checkpoint_corrupt', `The stored file ${path} ${what}.`, { file: path }, { cause });
  const root = resolve(storageRoot);
  const full = resolve(root, path);
  if (!full.startsWith(`${root}${sep}`)) throw corrupt('is not in the storage');
  let handle: FileHandle;
  try {
    // What a link points at counts, not where the link lies.
    const [realRoot, real] = await Promise.all([realpath(root), realpath(full)]);
    if (!real.startsWith(`${realRoot}${sep}`)) throw new Error('a link leads out of the storage');
    handle = await open(real, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    throw corrupt('cannot be opened: it is not there, or this API must not read it', error);
  }
  const stats = await handle.stat();
  if (stats.isFile() && stats.size === sizeBytes) return handle;
  await handle.close();
  throw corrupt(`has ${stats.size} bytes where ${sizeBytes} were stored`);
}
