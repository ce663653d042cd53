import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { ArcFleetError } from '#contracts';
import { ADDON_FILE, LIBRARY_FILES } from '#engine';
import { findProgram } from '#services';
import { lastLines, runProgram } from './run-program.js';

/** The version of Node-API that tfjs-node 4.22 is written for; every Node that runs us has it. */
const NODE_API_VERSION = 8;
const COMPILERS = ['c++', 'g++', 'clang++'];

export interface BuildOptions {
  /** Folder with `lib` (the libraries) and `include` (their headers); the addon is written into it. */
  readonly folder: string;
  /** Folder of tfjs-node's package: its `binding` holds the C++ sources. */
  readonly tfjsNodeFolder: string;
  readonly path: string;
  /** Value of CXX. */
  readonly compiler: string | undefined;
  /** Folder that has `include/node`, where it is not beside the running Node (npm's `nodedir`). */
  readonly nodeFolder: string | undefined;
}

/** What the build needs from the machine; looked for before anything is fetched. */
export interface Toolchain {
  readonly compiler: string;
  /** Folder of `node_api.h`. */
  readonly headers: string;
}

/** @throws ArcFleetError `engine_unavailable`, naming what is missing and how to get it. */
export function findToolchain({ path, compiler, nodeFolder }: Omit<BuildOptions, 'folder' | 'tfjsNodeFolder'>): Toolchain {
  const names = compiler === undefined ? COMPILERS : [compiler];
  const found = names
    .map((name) => (name.includes('/') ? name : findProgram(name, path)))
    .find((file) => file && existsSync(file));
  if (found === undefined) {
    throw new ArcFleetError(
      'engine_unavailable',
      `There is no C++ compiler (looked for ${names.join(', ')} on PATH). Debian, Ubuntu: apt-get install g++; ` +
        'Fedora: dnf install gcc-c++; Alpine is not supported. Or name one: CXX=/path/to/c++',
      { names },
    );
  }
  return { compiler: found, headers: findHeaders(nodeFolder) };
}

function findHeaders(nodeFolder: string | undefined): string {
  const places = [
    ...(nodeFolder === undefined ? [] : [join(nodeFolder, 'include', 'node')]),
    join(dirname(dirname(process.execPath)), 'include', 'node'),
    '/usr/include/node',
    '/usr/include/nodejs/src',
    join(homedir(), '.cache', 'node-gyp', process.versions.node, 'include', 'node'),
  ];
  const found = places.find((place) => existsSync(join(place, 'node_api.h')));
  if (found !== undefined) return found;
  throw new ArcFleetError(
    'engine_unavailable',
    `Node's headers are missing (looked for node_api.h in ${places.join(', ')}). They come with Node's own archive; ` +
      'Debian, Ubuntu: apt-get install libnode-dev; Fedora: dnf install nodejs-devel. ' +
      'Or name the folder that has include/node: npm_config_nodedir=/path',
    { places },
  );
}

/**
 * Compiles the addon against the libraries in the folder. One call of the compiler: Node-API needs no node-gyp, and so
 * neither Python nor make.
 *
 * @throws ArcFleetError `engine_unavailable` with the compiler's last lines.
 */
export async function buildAddon({ compiler, headers }: Toolchain, { folder, tfjsNodeFolder }: BuildOptions): Promise<void> {
  const args = [
    ...['-std=c++17', '-O2', '-fPIC', '-shared', '-w', `-DNAPI_VERSION=${NODE_API_VERSION}`],
    ...[`-I${headers}`, `-I${join(folder, 'include')}`],
    ...['tfjs_backend.cc', 'tfjs_binding.cc'].map((name) => join(tfjsNodeFolder, 'binding', name)),
    ...['-o', join(folder, ADDON_FILE), '-Wl,-rpath,$ORIGIN/lib'],
    ...LIBRARY_FILES.map((name) => join(folder, 'lib', name)),
  ];
  const { code, output } = await runProgram(compiler, args);
  if (code === 0) return;
  throw new ArcFleetError(
    'engine_unavailable',
    `The addon does not compile with ${compiler} (it has to know C++17):\n${lastLines(output)}`,
    { compiler, code },
  );
}
