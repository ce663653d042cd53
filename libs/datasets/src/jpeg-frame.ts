/** Size of an image as its file says, and its channels. */
export interface JpegFrame {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}

const MARKER = 0xff;
const START_OF_IMAGE = 0xd8;
const END_OF_IMAGE = 0xd9;
const START_OF_SCAN = 0xda;
const ICC_PROFILE = 0xe2;
const ADOBE = 0xee;
/** Baseline, extended, progressive; all with Huffman codes. */
const FRAMES = [0xc0, 0xc1, 0xc2];
/** Component ids `R`, `G`, `B`: no YCbCr although nothing else says so. */
const RGB_IDS = [0x52, 0x47, 0x42];

/**
 * The frame of a JPEG that leaves a decoder no choice: 8 bits, grey or YCbCr, no colour profile, complete to its end marker.
 * null: anything else, among it what is no JPEG. O(header), unless bytes follow the end marker.
 *
 * Source: ITU-T T.81, annex B.
 */
export function plainJpegFrame(bytes: Uint8Array): JpegFrame | null {
  if (bytes[0] !== MARKER || bytes[1] !== START_OF_IMAGE) return null;
  let frame: JpegFrame | null = null;
  for (let at = 2; at + 4 <= bytes.length;) {
    if (bytes[at] !== MARKER) return null;
    const kind = bytes[at + 1]!;
    if (kind === MARKER) {
      at++;
      continue;
    }
    const start = at + 4;
    const end = at + 2 + (bytes[at + 2]! << 8) + bytes[at + 3]!;
    if (end < start || end > bytes.length) return null;
    if (kind === START_OF_SCAN) return isComplete(bytes, end) ? frame : null;
    if (kind === ICC_PROFILE || kind === ADOBE) return null;
    if (FRAMES.includes(kind)) {
      frame = frameAt(bytes, start, end);
      if (frame === null) return null;
    }
    at = end;
  }
  return null;
}

function frameAt(bytes: Uint8Array, start: number, end: number): JpegFrame | null {
  const [precision, channels] = [bytes[start], bytes[start + 5]!];
  if (precision !== 8 || (channels !== 1 && channels !== 3) || end < start + 6 + 3 * channels) return null;
  if (RGB_IDS.every((id, component) => bytes[start + 6 + 3 * component] === id)) return null;
  const height = (bytes[start + 1]! << 8) | bytes[start + 2]!;
  const width = (bytes[start + 3]! << 8) | bytes[start + 4]!;
  return { height, width, channels };
}

/** An end marker stands after the scan's header: usually at the very end, else before bytes that belong to nothing. */
function isComplete(bytes: Uint8Array, scan: number): boolean {
  for (let at = bytes.length - 2; at >= scan; at--) {
    if (bytes[at] === MARKER && bytes[at + 1] === END_OF_IMAGE) return true;
  }
  return false;
}
