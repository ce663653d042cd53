import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';

/** A picture that differs from every other by its number. */
export function picture(number: number, size = 8, format: 'png' | 'jpeg' = 'png'): Promise<Uint8Array> {
  const pixels = Buffer.alloc(size * size * 3, (number * 37) % 256);
  pixels[0] = number % 256;
  return sharp(pixels, { raw: { width: size, height: size, channels: 3 } })
    .toFormat(format)
    .toBuffer();
}

/** A folder of identities: `counts[name]` images each, numbered on. */
export async function writeFaceFolders(folder: string, counts: Readonly<Record<string, number>>, size = 8): Promise<void> {
  let number = 0;
  for (const [name, count] of Object.entries(counts)) {
    await mkdir(join(folder, name), { recursive: true });
    for (let i = 0; i < count; i++) await writeFile(join(folder, name, `${i}.png`), await picture(number++, size));
  }
}
