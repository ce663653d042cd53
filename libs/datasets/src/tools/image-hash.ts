import { createHash } from 'node:crypto';

/**
 * SHA-256 over the images of a set in rising order of their keys, each as key (u64), label (f32), both little-endian, and the encoded
 * image. It does not depend on the kind of the set, on what lies between the records, or on their order in the file.
 */
export class ImageHash {
  private readonly hash = createHash('sha256');
  private readonly head = Buffer.alloc(12);
  private lastKey = -1;
  /** False: images came in another order than that of their keys, so the digest means nothing. */
  isInOrder = true;

  add(key: number, label: number, image: Uint8Array): void {
    if (key <= this.lastKey) this.isInOrder = false;
    this.lastKey = key;
    this.head.writeBigUInt64LE(BigInt(key), 0);
    this.head.writeFloatLE(label, 8);
    this.hash.update(this.head).update(image);
  }

  /** To be called once. */
  digest(): string {
    return this.hash.digest('hex');
  }
}
