import { createHash, createHmac } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export const TEST_CREDENTIALS = { accessKeyId: 'AKIATEST', secretAccessKey: 'secret/test+key', region: 'eu-test-1' };

/** Puts {@link TEST_CREDENTIALS} where the SDK looks for them. @returns what takes them away again */
export function useTestCredentials(): () => void {
  const saved = { ...process.env };
  process.env['AWS_ACCESS_KEY_ID'] = TEST_CREDENTIALS.accessKeyId;
  process.env['AWS_SECRET_ACCESS_KEY'] = TEST_CREDENTIALS.secretAccessKey;
  process.env['AWS_REGION'] = TEST_CREDENTIALS.region;
  return () => void (process.env = saved);
}

/** What the server does to a request instead of answering it. */
export type Fault =
  { kind: 'status'; status: number; code: string } | { kind: 'silent' } | { kind: 'cut'; afterBytes: number } | { kind: 'etag' };

/**
 * The part of S3 that readers use, over real HTTP: HEAD, GET with Range and If-Match, ListObjectsV2 by pages, path style. Every
 * request's SigV4 signature is recomputed (docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html); a
 * wrong one gets 403.
 */
export class S3TestServer {
  readonly objects = new Map<string, Uint8Array>();
  /** Requests that were answered: `GET /bucket/key bytes=0-9`. */
  readonly log: string[] = [];
  /** Asked before each answer; null: answer as usual. */
  fault: (request: string) => Fault | null = () => null;
  /** Keys per page of a listing. */
  pageSize = 1000;

  private constructor(private readonly server: Server) {}

  static async start(): Promise<S3TestServer> {
    const server = createServer((request, response) => own.answer(request, response));
    const own = new S3TestServer(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return own;
  }

  get endpoint(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** @param path `bucket/key` */
  put(path: string, bytes: Uint8Array): void {
    this.objects.set(path, bytes);
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private answer(request: IncomingMessage, response: ServerResponse): void {
    const line = `${request.method} ${request.url} ${request.headers.range ?? ''}`.trim();
    if (!isSigned(request)) return refuse(response, 403, 'SignatureDoesNotMatch');
    this.log.push(line);
    const fault = this.fault(line);
    if (fault?.kind === 'silent') return;
    if (fault?.kind === 'status') return refuse(response, fault.status, fault.code);
    const url = new URL(request.url ?? '/', 'http://x');
    const path = decodeURIComponent(url.pathname.slice(1)).replace(/\/$/, '');
    if (url.searchParams.get('list-type') === '2') return this.list(path, url.searchParams, response);
    const bytes = this.objects.get(path);
    if (bytes === undefined) return refuse(response, 404, 'NoSuchKey');
    const etag = fault?.kind === 'etag' ? '"another"' : etagOf(bytes);
    const wanted = request.headers['if-match'];
    if (wanted !== undefined && wanted !== etag) return refuse(response, 412, 'PreconditionFailed');
    const [, from, to] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '') ?? [];
    const start = Number(from ?? 0);
    const end = Math.min(Number(to ?? bytes.length - 1), bytes.length - 1) + 1;
    const headers = { etag, 'content-length': end - start, 'accept-ranges': 'bytes', 'content-type': 'application/octet-stream' };
    if (request.method === 'HEAD') return void response.writeHead(200, headers).end();
    const range = from === undefined ? {} : { 'content-range': `bytes ${start}-${end - 1}/${bytes.length}` };
    response.writeHead(from === undefined ? 200 : 206, { ...headers, ...range });
    if (fault?.kind === 'cut') {
      response.write(bytes.subarray(start, Math.min(start + fault.afterBytes, end)), () => response.destroy());
      return;
    }
    response.end(bytes.subarray(start, end));
  }

  private list(bucket: string, query: URLSearchParams, response: ServerResponse): void {
    const prefix = query.get('prefix') ?? '';
    const after = query.get('continuation-token') ?? '';
    const keys = [...this.objects.keys()]
      .filter((path) => path.startsWith(`${bucket}/${prefix}`))
      .map((path) => path.slice(bucket.length + 1))
      .filter((key) => key > after)
      .sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
    const page = keys.slice(0, this.pageSize);
    const isTruncated = keys.length > page.length;
    const contents = page.map((key) => {
      const bytes = this.objects.get(`${bucket}/${key}`) as Uint8Array;
      return `<Contents><Key>${xml(key)}</Key><Size>${bytes.length}</Size><ETag>${xml(etagOf(bytes))}</ETag></Contents>`;
    });
    const next = isTruncated ? `<NextContinuationToken>${xml(page.at(-1) as string)}</NextContinuationToken>` : '';
    response.writeHead(200, { 'content-type': 'application/xml' });
    response.end(
      `<?xml version="1.0" encoding="UTF-8"?><ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>${bucket}</Name>` +
        `<Prefix>${xml(prefix)}</Prefix><KeyCount>${page.length}</KeyCount><IsTruncated>${isTruncated}</IsTruncated>${contents.join('')}${next}</ListBucketResult>`,
    );
  }
}

function etagOf(bytes: Uint8Array): string {
  return `"${createHash('md5').update(bytes).digest('hex')}"`;
}

function refuse(response: ServerResponse, status: number, code: string): void {
  response.writeHead(status, { 'content-type': 'application/xml' });
  response.end(`<?xml version="1.0" encoding="UTF-8"?><Error><Code>${code}</Code><Message>by the test</Message></Error>`);
}

function xml(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;');
}

function isSigned(request: IncomingMessage): boolean {
  const { secretAccessKey, accessKeyId, region } = TEST_CREDENTIALS;
  const [, id, day, inRegion, names, signature] =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/s3\/aws4_request, ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/.exec(
      request.headers.authorization ?? '',
    ) ?? [];
  if (id !== accessKeyId || inRegion !== region || names === undefined) return false;
  const header = (name: string): string =>
    String(request.headers[name] ?? '')
      .trim()
      .replace(/ +/g, ' ');
  const url = new URL(request.url ?? '/', 'http://x');
  const strict = (text: string): string =>
    encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
  const query = [...url.searchParams]
    .map(([key, value]) => `${strict(key)}=${strict(value)}`)
    .sort()
    .join('&');
  const canonical = [
    request.method,
    url.pathname,
    query,
    ...names.split(';').map((name) => `${name}:${header(name)}`),
    '',
    names,
    header('x-amz-content-sha256'),
  ].join('\n');
  const scope = `${day}/${region}/s3/aws4_request`;
  const toSign = ['AWS4-HMAC-SHA256', header('x-amz-date'), scope, createHash('sha256').update(canonical).digest('hex')].join(
    '\n',
  );
  const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();
  const key = [day as string, region, 's3', 'aws4_request'].reduce<string | Buffer>(hmac, `AWS4${secretAccessKey}`);
  return hmac(key, toSign).toString('hex') === signature;
}
