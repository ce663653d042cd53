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

async function attack({ url, key, folder }: { url: string; key: string; folder: string }): Promise<number> {
  const config = fileURLToPath(new URL('../../../test/fuzz/schemathesis.toml', import.meta.url));
  const report = `${folder}/report.ndjson`;
  const args = [
    ...['--config-file', config, 'run', `${url}/openapi.json`, '--url', url, '--checks', 'all', '--mode', 'all'],
    ...['--max-examples', values['max-examples'], '--seed', values.seed, '--workers', '2', '--continue-on-failure'],
    // A stream stays open as long as its run does: the contract spec holds those to the document.
    ...['--exclude-path-regex', '/events$', '--report', 'ndjson', '--report-ndjson-path', report],
    ...['--request-timeout', '70', '--suppress-health-check', 'all', '--warnings', 'off'],
    ...['--header', `Authorization: Bearer ${key}`],
  ];
  const child = spawn(values.st, args, { stdio: 'inherit', cwd: folder });
  const code = await new Promise<number>((resolve, reject) => {
    child.on('error', (error) => reject(new Error(`${values.st} could not be started (${error.message}). See --help.`)));
    child.on('exit', (exitCode) => resolve(exitCode ?? 1));
  });
  const { paths } = (await (await fetch(`${url}/openapi.json`)).json()) as { paths: Record<string, object> };
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((each) => `${each.toUpperCase()} ${path}`),
  );
  console.log(tableOf(readReport(readFileSync(report, 'utf8'), new Set(operations))));
  // Operations on keys may meet the one that is used here; then the rest was told 401 and nothing else.
  const { status } = await fetch(`${url}/keys/me`, { headers: { authorization: `Bearer ${key}` } });
  if (status !== 200) console.log(`The key was lost on the way: GET /keys/me answers ${status}.`);
  return code;
}

if (values.help) console.log(HELP);
else {
  const env = Object.fromEntries(['READ', 'WRITE', 'REFUSED', 'OPEN'].map((each) => [`RATE_LIMIT_${each}_PER_MINUTE`, '0']));
  const stand = await Stand.open({ apps: ['results', 'worker'], env });
  try {
    await seedRuns(stand.source, { runs: 200, measured: 50, steps: 20 });
    await seedOthers(stand.source, { each: 20, storageRoot: stand.storageRoot });
    const { folder } = stand.session;
    const own = { url: stand.url, key: stand.key, folder };
    process.exitCode = await attack(values.url === undefined ? own : { url: values.url, key: values.key ?? '', folder });
  } finally {
    const failures = stand.api
      .logTail()
      .split('\n')
      .filter((line) => line.includes('request failed'));
    if (failures.length > 0) console.log(`The log of the API ends with\n${failures.join('\n')}`);
    await stand.close();
  }
}
