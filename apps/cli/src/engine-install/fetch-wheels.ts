import { createWriteStream, existsSync, statSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream } from 'node:stream/web';
import { ArcFleetError } from '#contracts';
import { findProgram } from '#services';
import type { PinnedWheel } from './pinned-wheels.js';
import { lastLines, runProgram } from './run-program.js';

export interface FetchOptions {
  /** A wheel, a folder with wheels, or the http(s) address of either (a folder's ends in a slash); else pip fetches. */
  readonly from?: string;
  /** Where a relative `from` starts. */
  readonly workingFolder: string;
  /** Value of PATH, where pip is looked for. */
  readonly path: string;
  readonly log: (line: string) => void;
}

/**
 * Brings a wheel onto this machine, into `folder` unless it is here already. It may be anything: verify before use.
 *
 * @returns path of the file
 * @throws ArcFleetError `engine_unavailable`, saying what else to try.
 */
export async function fetchWheel(wheel: PinnedWheel, folder: string, options: FetchOptions): Promise<string> {
  const { from, workingFolder, log } = options;
  if (from === undefined) return fetchByPip(wheel, folder, options);
  if (/^https?:\/\//.test(from)) {
    const url = from.endsWith('/') ? new URL(wheel.file, from) : new URL(from);
    log(`Fetching ${url.href}`);
    return fetchByHttp(url, join(folder, wheel.file));
  }
  const path = resolve(workingFolder, from);
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined) throw unavailable(`${path} does not exist`, { path });
  if (stat.isFile()) return path;
  const names = [wheel.file, ...Object.keys(wheel.alternatives ?? {})];
  const found = names.map((name) => join(path, name)).find((file) => existsSync(file));
  if (found === undefined) throw unavailable(`${path} holds none of ${names.join(', ')}`, { path, names });
  return found;
}

async function fetchByHttp(url: URL, target: string): Promise<string> {
  let response: Response;
  try {
    response = await fetch(url);
  } catch (error) {
    const reason = error instanceof Error ? String(error.cause ?? error.message) : String(error);
    throw unavailable(`${url.href} cannot be reached: ${reason}`, { url: url.href });
  }
  if (!response.ok || response.body === null) throw unavailable(`${url.href} answers ${response.status}`, { url: url.href });
  await pipeline(Readable.fromWeb(response.body as ReadableStream), createWriteStream(target, { flags: 'wx' }));
  return target;
}

async function fetchByPip(wheel: PinnedWheel, folder: string, { path, log }: FetchOptions): Promise<string> {
  const pip = await findPip(path);
  const requirement = `${wheel.package}==${wheel.version}`;
  const target = join(folder, wheel.file);
  log(`Fetching ${wheel.file} by pip`);
  const args = [...pip.slice(1), ...pipArguments(wheel), '--dest', folder, requirement];
  const { code, output } = await runProgram(pip[0]!, args, { show: process.stderr.isTTY === true });
  if (code === 0 && existsSync(target)) return target;
  const said = output === '' ? '' : `\n${lastLines(output)}\n`;
  throw unavailable(`pip could not fetch ${wheel.file}${said === '' ? '' : ':'}${said}`, { requirement });
}

/** Asks for one file, the same one whatever Python pip runs on. */
export function pipArguments(wheel: PinnedWheel): string[] {
  const [python = '', abi = '', platforms = ''] = basename(wheel.file, '.whl').split('-').slice(-3);
  const version = /^cp3(\d+)$/.exec(python)?.[1] ?? '12';
  return [
    'download',
    '--no-deps',
    '--only-binary=:all:',
    '--disable-pip-version-check',
    ...['--python-version', `3.${version}`],
    ...['--implementation', python.startsWith('cp') ? 'cp' : 'py'],
    ...['--abi', abi],
    ...platforms.split('.').flatMap((platform) => ['--platform', platform]),
  ];
}

async function findPip(path: string): Promise<readonly string[]> {
  for (const [name, ...args] of [['python3', '-m', 'pip'], ['pip3'], ['pip'], ['python', '-m', 'pip']] as const) {
    const program = findProgram(name, path);
    if (program !== undefined && (await runProgram(program, [...args, '--version'])).code === 0) return [program, ...args];
  }
  throw unavailable('pip is not on PATH (Debian, Ubuntu: apt-get install python3-pip; Fedora: dnf install python3-pip)', {});
}

function unavailable(what: string, details: Record<string, unknown>): ArcFleetError {
  const next = 'The wheel can also be given by hand: arcfleet engine install --from <file, folder or address>';
  return new ArcFleetError('engine_unavailable', `${what.trimEnd()}. ${next}`, details);
}
