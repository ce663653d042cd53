import { basename, dirname, join } from 'node:path';
import type { ExportFormat, FileEntry, TaskResultOf, WorkOf } from '#contracts';
import { hashFile } from '#formats';
import { readModel, writeMxnetModel, writeOnnx, writeTorchSafetensors, type ReadModel } from '#model-files';
import { inAttemptFolder } from '../attempt-folder.js';
import { belowStorage } from '../storage-paths.js';
import type { TaskContext } from '../task-deps.js';

const WRITERS: Readonly<Record<ExportFormat, (folder: string, model: ReadModel) => Promise<FileEntry[]>>> = {
  safetensors: async (folder, { network, values }) => [
    await writeTorchSafetensors(join(folder, 'model.safetensors'), network, values),
  ],
  mxnet: (folder, { network, values }) => writeMxnetModel(join(folder, 'model'), network, values),
  onnx: async (folder, { network, values, weights, sha256 }) => {
    const sourceSha256 = sha256 ?? (await hashFile(dirname(weights), basename(weights))).sha256;
    return [await writeOnnx(join(folder, 'model.onnx'), network, values, { sourceSha256 })];
  },
};

/**
 * Writes a stored model in another format, for a folder of its own.
 * @throws ArcFleetError `model_mismatch` where the format has no such network; what reading throws.
 */
export async function exportModel({
  work,
  storageRoot,
  attempt,
  onPhase,
  signal,
}: TaskContext<WorkOf<'model.export'>>): Promise<TaskResultOf<'model.export'>> {
  onPhase('reading', 0);
  const model = await readModel(belowStorage(storageRoot, work.folder));
  signal.throwIfAborted();
  onPhase('writing', 0);
  const { folder, written } = await inAttemptFolder({ storageRoot, parent: work.to, attempt }, (target) =>
    WRITERS[work.format](target, model),
  );
  return { task: 'model.export', folder, files: written };
}
