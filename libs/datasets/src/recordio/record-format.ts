/**
 * RecordIO framing (dmlc-core) and the InsightFace/MXNet image header inside it. All numbers are little-endian.
 *
 * A record is one or more parts: u32 magic, u32 lrec (top 3 bits cflag, low 29 bits payload length), payload, zero
 * padding to 4 bytes. Where a 4-byte-aligned word of the payload equals the magic, the writer cuts the record there and
 * drops those 4 bytes; the reader puts them back.
 */
export const RECORD_MAGIC = 0xced7230a;
/** Bytes of magic and lrec in front of each part. */
export const PART_HEADER_BYTES = 8;
/** Bytes of the image header `IfQQ`: u32 flag, f32 label, u64 id, u64 id2. */
export const IMAGE_HEADER_BYTES = 24;
export const MAX_PART_BYTES = 2 ** 29 - 1;

/** cflag of a part. */
export const WHOLE = 0;
export const FIRST = 1;
export const MIDDLE = 2;
export const LAST = 3;

/** Length with the zero padding to the next 4-byte border. */
export function padded(length: number): number {
  return Math.ceil(length / 4) * 4;
}

/** The decoded image header of a record and where its labels and image stand in the payload. */
export interface RecordHeader {
  /** 0: `label` is the class. n > 0: n float32 labels follow the header. */
  readonly flag: number;
  /** The class as it is stored: the label field, or the first of the labels that follow. */
  readonly label: number;
  /** All labels that follow the header (`flag` of them). */
  readonly labels: Float32Array;
  /** Byte offset of the encoded image in the payload; equal to the payload's length when there is none. */
  readonly imageStart: number;
}

/** What is needed of a header to know the rest: bytes up to the end of the labels. */
export function headerBytes(flag: number): number {
  return IMAGE_HEADER_BYTES + flag * 4;
}

/** Decodes the image header; returns undefined when `payload` is too short for it. */
export function parseRecordHeader(payload: Uint8Array): RecordHeader | undefined {
  if (payload.length < IMAGE_HEADER_BYTES) return undefined;
  const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
  const flag = view.getUint32(0, true);
  const imageStart = headerBytes(flag);
  if (imageStart > payload.length) return undefined;
  const labels = new Float32Array(flag);
  for (let i = 0; i < flag; i++) labels[i] = view.getFloat32(IMAGE_HEADER_BYTES + i * 4, true);
  return { flag, label: flag === 0 ? view.getFloat32(4, true) : (labels[0] as number), labels, imageStart };
}

/**
 * Payload of an image record. One label is stored in the header itself (flag 0), several follow it.
 * `id` is informative: nothing that is read here depends on it.
 */
export function encodeImageRecord(labels: readonly number[], id: number, image: Uint8Array): Uint8Array {
  const flag = labels.length === 1 ? 0 : labels.length;
  const start = headerBytes(flag);
  const payload = new Uint8Array(start + image.length);
  const view = new DataView(payload.buffer);
  view.setUint32(0, flag, true);
  view.setFloat32(4, flag === 0 ? (labels[0] as number) : 0, true);
  view.setBigUint64(8, BigInt(id), true);
  for (let i = 0; i < flag; i++) view.setFloat32(IMAGE_HEADER_BYTES + i * 4, labels[i] as number, true);
  payload.set(image, start);
  return payload;
}
