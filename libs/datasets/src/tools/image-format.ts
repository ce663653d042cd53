/** What the first bytes of an encoded image say that it is. */
export type ImageFormat = 'jpeg' | 'png' | 'webp' | 'bmp' | 'other';

export function imageFormat(bytes: Uint8Array): ImageFormat {
  const starts = (...expected: number[]): boolean => expected.every((byte, i) => bytes[i] === byte);
  if (starts(0xff, 0xd8, 0xff)) return 'jpeg';
  if (starts(0x89, 0x50, 0x4e, 0x47)) return 'png';
  if (starts(0x42, 0x4d)) return 'bmp';
  if (starts(0x52, 0x49, 0x46, 0x46) && bytes[8] === 0x57 && bytes[9] === 0x45) return 'webp';
  return 'other';
}

/** Extension of a file that holds an image of that format. */
export const EXTENSION: Record<ImageFormat, string> = { jpeg: 'jpg', png: 'png', webp: 'webp', bmp: 'bmp', other: 'img' };
