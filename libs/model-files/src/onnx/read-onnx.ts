import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { ArcFleetError } from '#contracts';
import { inspectOnnx, type OnnxFacts } from './inspect-onnx.js';
import { MAX_MODEL_BYTES } from './onnx-format.js';

export interface OnnxFile {
  readonly bytes: Uint8Array;
  readonly sha256: string;
  readonly facts: OnnxFacts;
}

/**
 * Reads an ONNX file as a whole and looks at it, so that what is run is what was looked at.
 *
 * @throws ArcFleetError `checkpoint_corrupt` or `model_refused`, see {@link inspectOnnx}.
 */
export async function readOnnx(path: string): Promise<OnnxFile> {
  const cannot = (message: string) => new ArcFleetError('checkpoint_corrupt', `${path}: ${message}`, { file: path });
  const file = await open(path, 'r').catch((error: unknown) => {
    throw cannot(`it cannot be opened: ${(error as Error).message}`);
  });
  try {
    const found = await file.stat();
    if (!found.isFile()) throw cannot('it is no file');
    if (found.size > MAX_MODEL_BYTES) throw cannot(`its ${found.size} bytes are more than an ONNX model can have`);
    const bytes = await file.readFile();
    const facts = inspectOnnx(path, bytes);
    return { bytes, sha256: createHash('sha256').update(bytes).digest('hex'), facts };
  } finally {
    await file.close();
  }
}
