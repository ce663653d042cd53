import { readFile, stat } from 'node:fs/promises';
import { ArcFleetError } from '#contracts';

/** Length of the vector, columns, bytes of an element, OpenCV's number of the type float32. */
const HEADER_BYTES = 16;
const [COLUMNS, ELEMENT_BYTES, FLOAT32] = [1, 4, 5];
const MAX_LENGTH = 1 << 20;

/** The bytes of a MegaFace feature file, one vector: four int32 (length, 1, 4, 5), then float32, little-endian. */
export function encodeMegaFaceFeatures(values: Float32Array): Uint8Array {
  const bytes = Buffer.alloc(HEADER_BYTES + 4 * values.length);
  [values.length, COLUMNS, ELEMENT_BYTES, FLOAT32].forEach((value, at) => bytes.writeInt32LE(value, 4 * at));
  values.forEach((value, at) => bytes.writeFloatLE(value, HEADER_BYTES + 4 * at));
  return bytes;
}

/**
 * Reads a MegaFace feature file. Nothing is allocated before the file's size was held against its header's largest vector.
 *
 * @throws ArcFleetError `dataset_not_found`; `dataset_corrupt` naming file and byte.
 */
export async function readMegaFaceFeatures(path: string): Promise<Float32Array> {
  const bytes = await stat(path)
    .then(({ size }) => {
      if (size <= HEADER_BYTES + 4 * MAX_LENGTH) return readFile(path);
      throw corrupt(path, 0, `${size} bytes are no vector of features`);
    })
    .catch((error: unknown) => {
      if (error instanceof ArcFleetError) throw error;
      throw new ArcFleetError('dataset_not_found', `Cannot read ${path}: ${(error as Error).message}`, { file: path });
    });
  if (bytes.length < HEADER_BYTES) throw corrupt(path, bytes.length, 'the file ends inside its header');
  const [length, ...rest] = [0, 4, 8, 12].map((at) => bytes.readInt32LE(at)) as [number, ...number[]];
  if (String(rest) !== String([COLUMNS, ELEMENT_BYTES, FLOAT32])) {
    throw corrupt(path, 4, `the header has ${rest.join(', ')} where float32 vectors have 1, 4, 5`);
  }
  if (length < 1 || bytes.length !== HEADER_BYTES + 4 * length) {
    throw corrupt(path, 0, `${bytes.length - HEADER_BYTES} bytes of values where a vector of ${length} has ${4 * length}`);
  }
  return Float32Array.from({ length }, (_, at) => bytes.readFloatLE(HEADER_BYTES + 4 * at));
}

function corrupt(path: string, byte: number, what: string): ArcFleetError {
  return new ArcFleetError('dataset_corrupt', `${path}, byte ${byte}: ${what}`, { file: path, byte });
}
