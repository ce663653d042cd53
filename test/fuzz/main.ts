import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { seedRuns } from '../load/seed.js';
import { seedOthers } from '../load/seed-others.js';
import { Stand } from '../load/stand.js';
import { readReport, tableOf } from './report.js';

const HELP = `npm run fuzz:api -- [options]
Attacks a running API with schemathesis (https://schemathesis.io): pip install schemathesis, in an environment of its own.

  --st FILE            the program; default: schemathesis on PATH
  --max-examples N     cases per operation and phase; default 100
  --seed N             default 1
  --url URL            an API that runs already; default: one of its own with results, a worker and a filled database
  --key KEY            API key of that one, which may do everything
Exit code 1 when a check has failed.`;

const { values } = parseArgs({
  options: {
    st: { type: 'string', default: process.env['SCHEMATHESIS'] ?? 'schemathesis' },
    'max-examples': { type: 'string', default: '100' },
    seed: { type: 'string', default: '1' },
    url: { type: 'string' },
    key: { type: 'string' },
    help: { type: 'boolean' },
  },
});

interface Target {
  readonly url: string;
  readonly key: string;
}

/** One run of schemathesis over a part of the operations. @returns its exit code. */
async function attack({ url, key }: Target, folder: string, name: string, selection: readonly string[]): Promise<number> {
  const config = fileURLToPath(new URL('../../../test/fuzz/schemathesis.toml', import.meta.url));
  const args = [
    ...['--config-file', config, 'run', `${url}/openapi.json`, '--url', url, '--checks', 'all', '--mode', 'all'],
    ...['--max-examples', values['max-examples'], '--seed', values.seed, '--workers', '2', '--continue-on-failure'],
    ...['--report', 'ndjson', '--report-ndjson-path', `${folder}/${name}.ndjson`, ...selection],
    ...['--request-timeout', '70', '--suppress-health-check', 'all', '--warnings', 'off'],
    ...['--header', `Authorization: Bearer ${key}`],
  ];
  const child = spawn(values.st, args, { stdio: 'inherit', cwd: folder });
  return new Promise<number>((resolve, reject) => {
    child.on('error', (error) => reject(new Error(`${values.st} could not be started (${error.message}). See --help.`)));
    child.on('exit', (exitCode) => resolve(exitCode ?? 1));
  });
}

// A stream stays open as long as its run does: the contract spec holds those to the document.
const STREAMS = String.raw`/events$`;
/** Operations that end a key: they find the one that is used here, too, and then all others would hear 401 and nothing else. */
const ENDS_KEYS = String.raw`^/keys/\{id\}`;

async function attackAll(target: Target, folder: string): Promise<number> {
  const codes: number[] = [];
  codes.push(await attack(target, folder, 'most', ['--exclude-path-regex', `${STREAMS}|${ENDS_KEYS}`]));
  // A key that is revoked is still shown, as revoked.
  const keys = ['--include-path-regex', String.raw`${ENDS_KEYS}|^/keys$`, '--exclude-checks', 'use_after_free'];
  codes.push(await attack(target, folder, 'keys', keys));
  const { paths } = (await (await fetch(`${target.url}/openapi.json`)).json()) as { paths: Record<string, object> };
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((each) => `${each.toUpperCase()} ${path}`),
  );
  const events = ['most', 'keys'].map((name) => readFileSync(`${folder}/${name}.ndjson`, 'utf8')).join('\n');
  console.log(tableOf(readReport(events, new Set(operations))));
  const { status } = await fetch(`${target.url}/keys/me`, { headers: { authorization: `Bearer ${target.key}` } });
  if (status !== 200) console.log(`The key was lost on the way: GET /keys/me answers ${status}.`);
  return Math.max(...codes);
}

if (values.help) console.log(HELP);
else {
  const env = Object.fromEntries(['READ', 'WRITE', 'REFUSED', 'OPEN'].map((each) => [`RATE_LIMIT_${each}_PER_MINUTE`, '0']));
  const stand = await Stand.open({ apps: ['results', 'worker'], env });
  try {
    await seedRuns(stand.source, { runs: 200, measured: 50, steps: 20 });
    await seedOthers(stand.source, { each: 200, storageRoot: stand.storageRoot });
    const { folder } = stand.session;
    const target = values.url === undefined ? stand : { url: values.url, key: values.key ?? '' };
    process.exitCode = await attackAll(target, folder);
  } finally {
    const failures = stand.api
      .logTail()
      .split('\n')
      .filter((line) => line.includes('request failed'));
    if (failures.length > 0) console.log(`The log of the API ends with\n${failures.join('\n')}`);
    await stand.close();
  }
}
