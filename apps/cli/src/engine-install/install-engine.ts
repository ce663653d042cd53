import { chmodSync, existsSync, statfsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { hostname } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { ArcFleetError } from '#contracts';
import {
  LIBRARY_FILES,
  MANIFEST_FILE,
  readInstallation,
  TENSORFLOW_VERSION,
  tensorFlowFolder,
  TFJS_NODE,
  tfjsNodeVersion,
  type TensorFlowManifest,
  type TensorFlowVariant,
} from '#engine';
import { buildAddon, findToolchain } from './build-addon.js';
import { checkAddon } from './check-addon.js';
import { verifyWheel } from './checksum.js';
import { fetchWheel } from './fetch-wheels.js';
import { pinnedWheels, type PinnedWheel } from './pinned-wheels.js';
import { placeFolder } from './place-folder.js';
import { unpackWheel } from './unpack-wheel.js';

export interface InstallOptions {
  /** Where engines are installed (`engineFolder`). */
  readonly root: string;
  readonly variant: TensorFlowVariant;
  /** See `FetchOptions.from`. */
  readonly from?: string;
  /** Install again what is there. */
  readonly force: boolean;
  readonly workingFolder: string;
  /** Value of PATH. */
  readonly path: string;
  /** Value of CXX. */
  readonly compiler: string | undefined;
  /** Folder that has `include/node`, where it is not beside the running Node. */
  readonly nodeFolder: string | undefined;
  readonly log: (line: string) => void;
  /** The wheels to install; default: the pinned ones of this platform. */
  readonly wheels?: readonly PinnedWheel[];
}

export interface InstallResult {
  readonly folder: string;
  readonly manifest: TensorFlowManifest;
  /** False when it was there before. */
  readonly isNew: boolean;
}

/** Free space that an installation takes while it is made. */
const NEEDED_BYTES: Record<TensorFlowVariant, number> = { cpu: 1.5e9, gpu: 9e9 };
const PREFIX = '.building-';
const STALE_MS = 24 * 3600_000;

/**
 * Supplies the `tensorflow` engine: fetches the pinned wheels, verifies them, unpacks the library and builds the addon.
 * Everything happens in a folder beside the final one, which then takes its name: whoever looks sees all of it or nothing,
 * and two installations at once do no harm.
 *
 * @throws ArcFleetError `engine_unavailable`, naming what is missing and what to do.
 */
export async function installEngine(options: InstallOptions): Promise<InstallResult> {
  const { root, variant, force, log } = options;
  const folder = tensorFlowFolder(root, variant, TENSORFLOW_VERSION);
  const isComplete = () => readInstallation(folder) !== undefined;
  const existing = readInstallation(folder);
  if (existing !== undefined && !force) return { ...existing, isNew: false };

  const wheels = options.wheels ?? wheelsOfThisMachine(variant);
  const toolchain = findToolchain(options);
  await mkdir(root, { recursive: true });
  await removeLeftovers(root);
  requireSpace(root, NEEDED_BYTES[variant]);
  const building = await mkdtemp(join(root, `${PREFIX}${hostname()}-${process.pid}-`));
  try {
    const sources = [];
    for (const wheel of wheels) sources.push(await unpack(wheel, building, options));
    for (const name of LIBRARY_FILES) {
      if (!existsSync(join(building, 'lib', name))) throw new ArcFleetError('engine_unavailable', `The wheel holds no ${name}`);
    }
    log('Building the addon');
    const tfjsNodeFolder = dirname(createRequire(import.meta.url).resolve(`${TFJS_NODE}/package.json`));
    await buildAddon(toolchain, { ...options, folder: building, tfjsNodeFolder });
    await rm(join(building, 'include'), { recursive: true, force: true });
    const report = await checkAddon(building);
    if (report.tensorflow !== TENSORFLOW_VERSION) {
      throw new ArcFleetError('engine_unavailable', `The library says that it is TensorFlow ${report.tensorflow}`, { ...report });
    }
    if (variant === 'gpu' && !report.usesGpu) {
      log(
        'No GPU was found, so it will run on the CPU. Why: run a worker with TF_CPP_MIN_LOG_LEVEL=0. Is the NVIDIA driver there?',
      );
    }
    const manifest: TensorFlowManifest = {
      variant,
      tensorflow: TENSORFLOW_VERSION,
      tfjsNode: tfjsNodeVersion(),
      wheels: sources,
    };
    await writeFile(join(building, MANIFEST_FILE), `${JSON.stringify(manifest, null, 2)}\n`);
    return { folder, manifest, isNew: await placeFolder(building, folder, { isComplete, force }) };
  } finally {
    await rm(building, { recursive: true, force: true });
  }
}

function wheelsOfThisMachine(variant: TensorFlowVariant): readonly PinnedWheel[] {
  const platform = `${process.platform}-${process.arch}`;
  const wheels = pinnedWheels(platform, variant);
  if (wheels === undefined) {
    throw new ArcFleetError(
      'engine_unavailable',
      `There is no TensorFlow (${variant}) for ${platform}. ArcFleet runs on the wasm engine here, which needs nothing`,
      { platform, variant },
    );
  }
  const { header } = process.report.getReport() as { header: { glibcVersionRuntime?: string } };
  if (header.glibcVersionRuntime === undefined) {
    throw new ArcFleetError(
      'engine_unavailable',
      'TensorFlow needs glibc, which this system (Alpine, say) does not have. ArcFleet runs on the wasm engine here',
    );
  }
  return wheels;
}

async function unpack(
  wheel: PinnedWheel,
  building: string,
  options: InstallOptions,
): Promise<TensorFlowManifest['wheels'][number]> {
  const downloads = join(building, 'download');
  await mkdir(downloads, { recursive: true });
  const file = await fetchWheel(wheel, downloads, options);
  options.log(`Verifying and unpacking ${basename(file)}`);
  const source = await verifyWheel(file, wheel);
  const written = await unpackWheel(file, building, placeOf);
  for (const path of written) if (path.includes('/bin/')) chmodSync(join(building, path), 0o755);
  await rm(downloads, { recursive: true });
  return source;
}

/** Headers that the addon includes, directly or not. */
const HEADERS =
  /^tensorflow\/(include\/(?:tensorflow\/c\/|tensorflow\/core\/platform\/ctstring|tsl\/platform\/ctstring|xla\/tsl\/c\/).*\.h)$/;
/** CUDA: TensorFlow looks for these in `../nvidia`, seen from its own folder. */
const CUDA = /^nvidia\/[a-z_]+\/(?:lib\/[^/]+\.so[^/]*|bin\/ptxas|nvvm\/libdevice\/[^/]+)$/;

/** Where a member of a wheel goes; null: not needed. */
export function placeOf(name: string): string | null {
  const library = LIBRARY_FILES.find((file) => name === `tensorflow/${file}`);
  if (library !== undefined) return join('lib', library);
  return HEADERS.exec(name)?.[1] ?? (CUDA.test(name) ? name : null);
}

/** Folders of installations that were killed: of this machine's dead processes, and anybody's after a day. */
async function removeLeftovers(root: string): Promise<void> {
  const own = `${PREFIX}${hostname()}-`;
  for (const name of await readdir(root)) {
    if (!name.startsWith(PREFIX)) continue;
    const path = join(root, name);
    const pid = name.startsWith(own) ? Number.parseInt(name.slice(own.length), 10) : undefined;
    const age = Date.now() - ((await stat(path).catch(() => undefined))?.mtimeMs ?? 0);
    if (age > STALE_MS || (pid !== undefined && !isRunning(pid))) await rm(path, { recursive: true, force: true });
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function requireSpace(root: string, needed: number): void {
  const { bavail, bsize } = statfsSync(root);
  if (bavail * bsize >= needed) return;
  const gigabytes = (bytes: number) => `${(bytes / 1e9).toFixed(1)} GB`;
  throw new ArcFleetError(
    'engine_unavailable',
    `${root} has ${gigabytes(bavail * bsize)} free, the installation takes ${gigabytes(needed)}. ` +
      'Free some, or name another folder: ARCFLEET_CACHE=/path',
    { root, needed },
  );
}
