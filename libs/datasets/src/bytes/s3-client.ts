import { GetObjectCommand, HeadObjectCommand, ListObjectsV2Command, S3Client, type _Object } from '@aws-sdk/client-s3';
import { ArcFleetError } from '#contracts';
import type { RemoteAccess } from './remote-access.js';
import type { S3Path } from './s3-path.js';

const CONNECT_TIMEOUT_MS = 10_000;
const TIMEOUT_MS = 30_000;
const ATTEMPTS = 5;

export interface ObjectFacts {
  readonly sizeBytes: number;
  readonly etag: string;
}

/** One page of a listing: at most 1000 keys. */
export interface ObjectPage {
  readonly objects: readonly { readonly key: string; readonly sizeBytes: number; readonly etag: string }[];
  readonly next: string | undefined;
}

/** One S3 client per server in a thread: it holds the connections and the credentials. */
const stores = new Map<string, ObjectStore>();

export function objectStore(access: RemoteAccess = {}): ObjectStore {
  const { endpoint, timeoutMs = TIMEOUT_MS, attempts = ATTEMPTS } = access;
  const id = JSON.stringify([endpoint, timeoutMs, attempts]);
  let store = stores.get(id);
  if (store === undefined) stores.set(id, (store = new ObjectStore(endpoint, timeoutMs, attempts)));
  return store;
}

/**
 * The three requests that readers need. Credentials and region come from the AWS chain (variables, profiles, roles). The SDK
 * tries again what is lost before the answer begins; bodies that are cut off are asked for again here.
 */
export class ObjectStore {
  private readonly client: S3Client;

  constructor(
    endpoint: string | undefined,
    timeoutMs: number,
    private readonly attempts: number,
  ) {
    this.client = new S3Client({
      ...(endpoint === undefined ? {} : { endpoint, forcePathStyle: true }),
      maxAttempts: attempts,
      followRegionRedirects: true,
      // A checksum of the whole object says nothing of a range.
      responseChecksumValidation: 'WHEN_REQUIRED',
      requestHandler: {
        connectionTimeout: Math.min(CONNECT_TIMEOUT_MS, timeoutMs),
        requestTimeout: timeoutMs * 4,
        throwOnRequestTimeout: true,
        socketTimeout: timeoutMs,
      },
    });
  }

  /** @throws ArcFleetError `dataset_not_found`, `storage_unavailable` */
  async head({ bucket, key }: S3Path): Promise<ObjectFacts> {
    const where = `s3://${bucket}/${key}`;
    try {
      const answer = await this.client.send(new HeadObjectCommand({ Bucket: bucket, Key: key }));
      if (answer.ETag === undefined || answer.ContentLength === undefined)
        throw new Error('the server gives no ETag or no length');
      return { sizeBytes: answer.ContentLength, etag: answer.ETag };
    } catch (error) {
      throw storageError(error, where, 'open');
    }
  }

  /**
   * Bytes `start`..`start + length - 1` of the object as it was when it had `etag`.
   *
   * @throws ArcFleetError `dataset_changed` when it has another now, `dataset_not_found`, `storage_unavailable`
   */
  async range({ bucket, key }: S3Path, etag: string, start: number, length: number): Promise<Uint8Array<ArrayBuffer>> {
    const where = `s3://${bucket}/${key}`;
    if (length === 0) return new Uint8Array(0);
    const request = { Bucket: bucket, Key: key, IfMatch: etag, Range: `bytes=${start}-${start + length - 1}` };
    for (let attempt = 1; ; attempt++) {
      try {
        const answer = await this.client.send(new GetObjectCommand(request));
        if (answer.ETag !== undefined && answer.ETag !== etag) throw changed(where, etag, answer.ETag);
        const bytes = new Uint8Array(length);
        let count = 0;
        for await (const chunk of answer.Body as AsyncIterable<Uint8Array>) {
          if (count + chunk.length > length) throw new Error(`more than the ${length} bytes that were asked for arrive`);
          bytes.set(chunk, count);
          count += chunk.length;
        }
        if (count < length) throw new Error(`the answer ends after ${count} of ${length} bytes`);
        return bytes;
      } catch (error) {
        const failure = storageError(error, where, 'read', start, etag);
        if (failure.code !== 'storage_unavailable' || isFinal(error) || attempt >= this.attempts) throw failure;
        await new Promise((resolve) => setTimeout(resolve, Math.min(50 * 2 ** attempt, 5_000) * (0.5 + Math.random() / 2)));
      }
    }
  }

  /** Objects whose key begins with `prefix`, in rising order of keys. @throws ArcFleetError `dataset_not_found`, `storage_unavailable` */
  async list(bucket: string, prefix: string, token: string | undefined): Promise<ObjectPage> {
    try {
      const answer = await this.client.send(
        new ListObjectsV2Command({
          Bucket: bucket,
          Prefix: prefix,
          ...(token === undefined ? {} : { ContinuationToken: token }),
        }),
      );
      const objects = (answer.Contents ?? []).map((object: _Object) => ({
        key: object.Key ?? '',
        sizeBytes: object.Size ?? 0,
        etag: object.ETag ?? '',
      }));
      return { objects, next: answer.IsTruncated ? answer.NextContinuationToken : undefined };
    } catch (error) {
      throw storageError(error, `s3://${bucket}/${prefix}`, 'list');
    }
  }
}

interface ServiceError {
  readonly name?: string;
  readonly message?: string;
  readonly $metadata?: { readonly httpStatusCode?: number; readonly attempts?: number };
}

/** The SDK has had its tries already, or trying again cannot help. */
function isFinal(error: unknown): boolean {
  return (error as ServiceError).$metadata !== undefined;
}

function changed(where: string, etag: string, now?: string): ArcFleetError {
  const message = `${where} has changed while it was read: its ETag was ${etag}${now ? ` and is ${now}` : ''}. Open the data set again when it no longer changes.`;
  return new ArcFleetError('dataset_changed', message, { file: where, etag });
}

function storageError(error: unknown, where: string, doing: 'open' | 'read' | 'list', byte?: number, etag = ''): ArcFleetError {
  if (error instanceof ArcFleetError) return error;
  const { name = 'Error', message = '', $metadata } = error as ServiceError;
  const status = $metadata?.httpStatusCode;
  const details = {
    file: where,
    ...(byte === undefined ? {} : { byte }),
    ...(status === undefined ? {} : { status }),
    reason: name,
  };
  const at = byte === undefined ? '' : ` at byte ${byte}`;
  if (status === 412) return changed(where, etag);
  if (
    status === 404 ||
    status === 403 ||
    status === 401 ||
    status === 301 ||
    status === 400 ||
    name === 'CredentialsProviderError'
  ) {
    const what = status === 404 ? 'there is no such bucket or key' : `${name}: ${message}`;
    return new ArcFleetError(
      'dataset_not_found',
      `Cannot ${doing} ${where}${at}: ${what}. Check the address, the credentials (AWS_PROFILE, AWS_ACCESS_KEY_ID), AWS_REGION and AWS_ENDPOINT_URL_S3.`,
      details,
      { cause: error },
    );
  }
  return new ArcFleetError(
    'storage_unavailable',
    `Cannot ${doing} ${where}${at}: ${name}: ${message}${status === undefined ? '' : ` (status ${status})`}. The server was asked several times; see whether it can be reached.`,
    details,
    { cause: error },
  );
}
