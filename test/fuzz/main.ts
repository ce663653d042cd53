import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { seedRuns } from '../load/seed.js';
import { Stand } from '../load/stand.js';
import { readReport, tableOf } from './report.js';

const HELP = `npm run fuzz:api -- [options]
Attacks a running API with schemathesis (https://schemathesis.io): pip install schemathesis, in an environment of its own.

  --st FILE            the program; default: schemathesis on PATH
  --max-examples N     cases per operation and phase; default 100
  --seed N             default 1
  --url URL            an API that runs already; default: one of its own with results, a worker and a filled database
  --key KEY            API key; without one all that is about keys is left out
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

/** Where no key is asked for, a missing one is no fault: the document without its security, which the checks would hold the API to. */
async function withoutKeys(url: string, folder: string): Promise<string> {
  const document = (await (await fetch(`${url}/openapi.json`)).json()) as {
    paths: Record<string, Record<string, { security?: unknown }>>;
    components: { securitySchemes?: unknown };
  };
  delete document.components.securitySchemes;
  for (const operation of Object.values(document.paths).flatMap((each) => Object.values(each))) delete operation.security;
  const path = `${folder}/openapi.json`;
  writeFileSync(path, JSON.stringify(document));
  return path;
}

async function attack(url: string, folder: string): Promise<number> {
  const config = fileURLToPath(new URL('../../../test/fuzz/schemathesis.toml', import.meta.url));
  const report = `${folder}/report.ndjson`;
  const location = values.key === undefined ? await withoutKeys(url, folder) : `${url}/openapi.json`;
  const args = [
    ...['--config-file', config, 'run', location, '--url', url, '--checks', 'all', '--mode', 'all'],
    ...['--max-examples', values['max-examples'], '--seed', values.seed, '--workers', '2', '--continue-on-failure'],
    // A stream stays open as long as its run does: the contract spec holds those to the document.
    ...['--exclude-path-regex', '/events$', '--report', 'ndjson', '--report-ndjson-path', report],
    ...['--request-timeout', '70', '--suppress-health-check', 'all', '--warnings', 'off'],
    ...(values.key === undefined ? [] : ['--header', `Authorization: Bearer ${values.key}`]),
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
  return code;
}

if (values.help) console.log(HELP);
else {
  const stand = await Stand.open({ apps: ['results', 'worker'] });
  try {
    await seedRuns(stand.source, { runs: 200, measured: 50, steps: 20 });
    process.exitCode = await attack(values.url ?? stand.url, stand.session.folder);
  } finally {
    const failures = stand.api
      .logTail()
      .split('\n')
      .filter((line) => line.includes('request failed'));
    if (failures.length > 0) console.log(`The log of the API ends with\n${failures.join('\n')}`);
    await stand.close();
  }
}
