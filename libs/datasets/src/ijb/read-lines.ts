import { createReadStream } from 'node:fs';
import { ArcFleetError } from '#contracts';

const MAX_LINE_BYTES = 4096;

/**
 * Calls back for every line of a text file that is not empty, without holding the file. Lines end with LF or CRLF.
 *
 * @throws ArcFleetError `dataset_not_found`; `dataset_invalid` naming file, line and byte for a line of more than 4096 bytes, and for whatever
 *   `onLine` returns as what is wrong with it.
 */
export async function readLines(path: string, onLine: (text: string) => string | null): Promise<void> {
  let rest: Buffer = Buffer.alloc(0);
  let line = 0;
  let next = 0;
  const take = (bytes: Buffer): void => {
    const byte = next;
    line++;
    next += bytes.length + 1;
    const text = bytes.toString('utf8').trim();
    const wrong = bytes.length > MAX_LINE_BYTES ? `has more than ${MAX_LINE_BYTES} bytes` : text === '' ? null : onLine(text);
    if (wrong === null) return;
    throw new ArcFleetError(
      'dataset_invalid',
      `Line ${line} of ${path} (byte ${byte}) ${wrong}: ${JSON.stringify(text.slice(0, 80))}`,
      {
        file: path,
        line,
        byte,
      },
    );
  };
  try {
    for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) {
      const bytes = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk;
      let start = 0;
      for (let end = bytes.indexOf(10); end >= 0; end = bytes.indexOf(10, start)) {
        take(bytes.subarray(start, end));
        start = end + 1;
      }
      rest = bytes.subarray(start);
      if (rest.length > MAX_LINE_BYTES) take(rest);
    }
    if (rest.length > 0) take(rest);
  } catch (error) {
    if (error instanceof ArcFleetError) throw error;
    throw new ArcFleetError(
      'dataset_not_found',
      `Cannot read ${path}: ${(error as Error).message}`,
      { file: path },
      { cause: error },
    );
  }
}
