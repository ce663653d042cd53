import { join } from 'node:path';
import { ArcFleetError } from '#contracts';

const SCHEME = 's3://';

export interface S3Path {
  readonly bucket: string;
  readonly key: string;
}

export function isRemote(path: string): boolean {
  return path.startsWith(SCHEME);
}

/** Parts of `s3://bucket/key`; the key may be empty (the whole bucket). @throws ArcFleetError `dataset_invalid` */
export function parseS3Path(path: string): S3Path {
  const [, bucket, key] = /^s3:\/\/([a-z0-9][a-z0-9._-]{1,61}[a-z0-9])(?:\/([^\0]*))?$/.exec(path) ?? [];
  if (bucket === undefined) {
    const message = `${JSON.stringify(path.slice(0, 200))} is no S3 address. Write s3://bucket/key, the bucket in lower case.`;
    throw new ArcFleetError('dataset_invalid', message, { file: path });
  }
  return { bucket, key: key ?? '' };
}

/** Joins a folder, local or `s3://`, and a name inside it. */
export function joinPath(folder: string, name: string): string {
  return isRemote(folder) ? `${folder.replace(/\/+$/, '')}/${name}` : join(folder, name);
}
