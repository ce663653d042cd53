import { availableParallelism } from 'node:os';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { remoteAccess, type RemoteAccess } from '#contracts';
import { engineFolder } from '#engine';

/** Name of the file beside the database's data that holds a key for its API. */
export const API_KEY_FILE = 'api-key';

export interface CliConfig {
  readonly databaseUrl: string | undefined;
  readonly redisUrl: string | undefined;
  /** Value of PATH, where servers are looked for. */
  readonly path: string;
  readonly cores: number;
  /** Folder that relative paths of the command line start from: npm changes the directory, the user does not. */
  readonly workingFolder: string;
  /** Root of this package. */
  readonly packageRoot: string;
  /** Where commands keep what outlives them. */
  readonly home: string;
  /** Key for the API, wherever it is. */
  readonly apiKey: string | undefined;
  /** Where the key of the API on this machine lies. */
  readonly apiKeyFile: string;
  /** Where engines that do not come with npm are installed, for all clones of this user. */
  readonly engineFolder: string;
  /** How data sets under `s3://` are reached and where the cache of data sets lies. */
  readonly dataAccess: RemoteAccess;
  /** C++ compiler to use instead of the one on PATH. */
  readonly compiler: string | undefined;
  /** Folder that has Node's headers in include/node, where they are not beside the running Node. */
  readonly nodeFolder: string | undefined;
  /** Number of a pipe from the process that called us; its end means that it is gone. */
  readonly lifelineFd: number | undefined;
  /** Value of CUDA_VISIBLE_DEVICES: as many ranks as it names devices. */
  readonly devices: string | undefined;
  /** The whole environment, to be handed on to trainers; nothing is read from it. */
  readonly env: NodeJS.ProcessEnv;
  /** Main file of a rank's trainer. */
  readonly trainerMain: string;
  /** The command line behind the program's name. */
  readonly args: readonly string[];
}

/** The only reader of the CLI's environment. */
export function loadConfig(env: NodeJS.ProcessEnv, args: readonly string[]): CliConfig {
  const packageRoot = resolve(dirname(fileURLToPath(import.meta.url)), '../../../..');
  const workingFolder = env['INIT_CWD'] || process.cwd();
  const namedHome = env['ARCFLEET_HOME'] || join(packageRoot, '.arcfleet');
  const home = isAbsolute(namedHome) ? namedHome : resolve(workingFolder, namedHome);
  return Object.freeze({
    databaseUrl: env['DATABASE_URL'] || undefined,
    redisUrl: env['REDIS_URL'] || undefined,
    path: env['PATH'] ?? '',
    cores: availableParallelism(),
    workingFolder,
    packageRoot,
    home,
    apiKey: env['ARCFLEET_API_KEY'] || undefined,
    apiKeyFile: join(home, API_KEY_FILE),
    engineFolder: engineFolder(env),
    dataAccess: remoteAccess(env),
    compiler: env['CXX'] || undefined,
    nodeFolder: env['npm_config_nodedir'] || undefined,
    lifelineFd: env['ARCFLEET_LIFELINE_FD'] ? Number(env['ARCFLEET_LIFELINE_FD']) : undefined,
    devices: env['CUDA_VISIBLE_DEVICES'],
    env: { ...env, ARCFLEET_LIFELINE_FD: undefined },
    trainerMain: join(packageRoot, 'dist', 'apps', 'worker', 'src', 'trainer', 'main.js'),
    args,
  });
}
