import { pipeline } from 'node:stream/promises';
import type { Request, Response } from 'express';
import { ArcFleetError } from '#contracts';
import { parseRange } from './byte-range.js';
import type { OpenFile } from './model-files.service.js';

/**
 * Answers with a stored file: whole, a range of it, or not at all to a client that has it. Closes the file.
 * @throws ArcFleetError `range_not_satisfiable`.
 */
export async function sendFile({ handle, entry, downloadName }: OpenFile, request: Request, response: Response): Promise<void> {
  try {
    const { sizeBytes, sha256 } = entry;
    const etag = `"${sha256}"`;
    response.setHeader('ETag', etag);
    // Aliases move; whoever keeps the file asks whether it is still the one.
    response.setHeader('Cache-Control', 'private, no-cache');
    response.setHeader('Accept-Ranges', 'bytes');
    response.setHeader('Repr-Digest', `sha-256=:${Buffer.from(sha256, 'hex').toString('base64')}:`);
    response.setHeader('Content-Disposition', `attachment; filename="${downloadName}"`);
    response.setHeader('Content-Type', 'application/octet-stream');
    if (listsTag(request.headers['if-none-match'], etag)) {
      response.status(304).end();
      return;
    }
    const condition = request.header('if-range');
    // A client that has begun with another file gets this one from its beginning.
    const wanted = condition !== undefined && condition.trim() !== etag ? undefined : request.headers.range;
    const range = parseRange(wanted, sizeBytes);
    if (range === 'unsatisfiable') {
      for (const name of ['ETag', 'Repr-Digest', 'Content-Disposition']) response.removeHeader(name);
      response.setHeader('Content-Range', `bytes */${sizeBytes}`);
      throw new ArcFleetError('range_not_satisfiable', `The file has ${sizeBytes} bytes; the range ${wanted} has none of them.`);
    }
    const { start, end } = range ?? { start: 0, end: sizeBytes - 1 };
    response.status(range ? 206 : 200).setHeader('Content-Length', end - start + 1);
    if (range) response.setHeader('Content-Range', `bytes ${start}-${end}/${sizeBytes}`);
    if (request.method === 'HEAD' || sizeBytes === 0) {
      response.end();
      return;
    }
    await pipeline(handle.createReadStream({ start, end, autoClose: false }), response).catch((error: unknown) => {
      // Who hangs up has heard enough; a file that cannot be read to its end must not look complete.
      response.destroy();
      if ((error as NodeJS.ErrnoException).code !== 'ERR_STREAM_PREMATURE_CLOSE') throw error;
    });
  } finally {
    await handle.close();
  }
}

/** Weak comparison, as `If-None-Match` has it. */
function listsTag(header: string | undefined, etag: string): boolean {
  if (header === undefined) return false;
  return header.split(',').some((each) => each.trim() === '*' || each.trim().replace(/^W\//, '') === etag);
}
