import { fileURLToPath } from 'node:url';

/** Fixtures live beside the sources; specs run from `dist`. */
export function fixturePath(name: string): string {
  return fileURLToPath(new URL(`../../../../../../libs/model-files/src/onnx/fixtures/${name}`, import.meta.url));
}
