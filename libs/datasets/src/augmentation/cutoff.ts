import type { ImageSize } from '../decode-image.js';

/** What is cut off becomes grey: the value that networks take for nothing. */
const FILL = 128;

/**
 * Fills a square around (`centerY`, `centerX`) with 128, clipped at the edges. `target` holds RGB, HWC, from `start` on. The square
 * reaches `side` div 2 pixels before its centre and ends as many after it, so an odd side is one less, as in InsightFace.
 */
export function cutOff(
  target: Float32Array | Uint8Array,
  start: number,
  { height, width }: ImageSize,
  side: number,
  centerY: number,
  centerX: number,
): void {
  const half = Math.floor(side / 2);
  const [left, right] = [Math.max(0, centerX - half), Math.min(width, centerX + half)];
  for (let y = Math.max(0, centerY - half); y < Math.min(height, centerY + half); y++) {
    target.fill(FILL, start + (y * width + left) * 3, start + (y * width + right) * 3);
  }
}
