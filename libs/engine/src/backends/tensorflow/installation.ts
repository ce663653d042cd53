import { readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** The TensorFlow that `arcfleet engine install` supplies and that this code was tested with. */
export const TENSORFLOW_VERSION = '2.21.0';
/** The addon's JavaScript and C++ sources. */
export const TFJS_NODE = '@tensorflow/tfjs-node-gpu';
export const TENSORFLOW_VARIANTS = ['gpu', 'cpu'] as const;
export type TensorFlowVariant = (typeof TENSORFLOW_VARIANTS)[number];

/** Written last into an installation's folder (`engine.json`): what it was made of. */
export interface TensorFlowManifest {
  readonly variant: TensorFlowVariant;
  /** Version of TensorFlow. */
  readonly tensorflow: string;
  /** Version of the addon's sources. */
  readonly tfjsNode: string;
  /** The wheels it was taken from. */
  readonly wheels: readonly { readonly file: string; readonly sha256: string }[];
}

export interface TensorFlowInstallation {
  readonly folder: string;
  readonly manifest: TensorFlowManifest;
}

/**
 * Folder for engines that do not come with npm, one per user: `ARCFLEET_CACHE`, else `XDG_CACHE_HOME/arcfleet`, else
 * `~/.cache/arcfleet`, and `engine` in it.
 *
 * @param env The variables of the caller's environment, or nothing for the default.
 */
export function engineFolder(env: Readonly<Record<string, string | undefined>> = {}): string {
  return join(env['ARCFLEET_CACHE'] || join(env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'arcfleet'), 'engine');
}

/** Version of the addon's sources in node_modules. */
export function tfjsNodeVersion(): string {
  return (createRequire(import.meta.url)(`${TFJS_NODE}/package.json`) as { version: string }).version;
}

/** Where a variant is installed. The addon speaks Node-API, so the folder does not depend on Node's version. */
export function tensorFlowFolder(root: string, variant: TensorFlowVariant, tensorflow: string): string {
  return join(root, `tensorflow-${tensorflow}-${variant}-${process.platform}-${process.arch}-tfjs${tfjsNodeVersion()}`);
}

/** Parts of an installation: the addon looks for its libraries in `lib` beside it. */
export const ADDON_FILE = 'tfjs_binding.node';
export const LIBRARY_FILES = ['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2'] as const;
export const MANIFEST_FILE = 'engine.json';

/** The installation in a folder, or undefined where it is absent or incomplete. Never throws. */
export function readInstallation(folder: string): TensorFlowInstallation | undefined {
  try {
    const manifest = JSON.parse(readFileSync(join(folder, MANIFEST_FILE), 'utf8')) as TensorFlowManifest;
    for (const file of [ADDON_FILE, ...LIBRARY_FILES.map((name) => join('lib', name))]) {
      if (!statSync(join(folder, file)).isFile()) return undefined;
    }
    return { folder, manifest };
  } catch {
    return undefined;
  }
}
