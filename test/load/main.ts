import { fork } from 'node:child_process';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { ClientWork, Sample } from './client-main.js';
import { seedOthers } from './seed-others.js';
import { seedRuns } from './seed.js';
import { Stand } from './stand.js';

const HELP = `npm run load:api -- [options]
200 clients against a real API process on a database with 100,000 stored runs. Prints what was answered, how fast, and each key's share.

  --clients N      default 200
  --processes N    processes that the clients are spread over, default 2
  --seconds N      default 20, after 3 of warming up
  --runs N         stored runs, default 100000
  --keys N         keys that the clients use in turn, default 1
  --greedy X       the first key has this part of the clients (0 to 1) and the others share the rest; default: all the same
  --limits         the API's rate limits stay on; default: off
  --rounds N       default 1
  --env NAME=VALUE for the API; may stand several times
  --against DIR    another build of the repository, measured in turn with this one on the same database
  --profile DIR    a profile of the API's CPU goes there, for the inspector of a browser`;

const { values } = parseArgs({
  options: {
    clients: { type: 'string', default: '200' },
    processes: { type: 'string', default: '2' },
    seconds: { type: 'string', default: '20' },
    runs: { type: 'string', default: '100000' },
    keys: { type: 'string', default: '1' },
    greedy: { type: 'string' },
    limits: { type: 'boolean', default: false },
    rounds: { type: 'string', default: '1' },
    env: { type: 'string', multiple: true, default: [] },
    against: { type: 'string' },
    profile: { type: 'string' },
    help: { type: 'boolean' },
  },
});

const BODY = {
  dataset: { path: '/data/faces_emore' },
  network: { name: 'r50' },
  batch: { globalBatchSize: 256 },
  epochs: 20,
  ranks: { max: 2 },
  labels: { team: 'load' },
};

interface Target {
  readonly url: string;
  readonly keys: readonly string[];
  readonly runIds: readonly string[];
}

async function measure({ url, keys, runIds }: Target, seconds: number): Promise<Sample[]> {
  const processes = Number(values.processes);
  const connections = Math.ceil(Number(values.clients) / processes);
  const greedy = values.greedy === undefined ? null : Number(values.greedy);
  const work: ClientWork = { url, connections, seconds, keys, greedy, runIds, body: BODY };
  const all = await Promise.all(
    Array.from({ length: processes }, async () => {
      const child = fork(fileURLToPath(new URL('./client-main.js', import.meta.url)), { serialization: 'advanced' });
      const samples = new Promise<Sample[]>((resolve, reject) => {
        child.once('message', (message) => resolve(message as Sample[]));
        child.once('exit', (code) => reject(new Error(`a process of clients ended with ${code}`)));
      });
      child.send(work);
      return samples;
    }),
  );
  return all.flat();
}

const quantile = (sorted: readonly number[], q: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))]!;

function report(samples: readonly Sample[], seconds: number): void {
  const kinds = ['all', ...new Set(samples.map(({ kind }) => kind))];
  const rows = kinds.map((kind) => {
    const own = samples.filter((each) => kind === 'all' || each.kind === kind);
    const times = own
      .filter(({ status }) => status >= 200 && status < 300)
      .map(({ ms }) => ms)
      .sort((a, b) => a - b);
    const refused = own.filter(({ status }) => status === 429);
    return {
      request: kind,
      'req/s': Math.round(own.length / seconds),
      'p50 ms': times.length > 0 ? Math.round(quantile(times, 0.5)) : null,
      'p99 ms': times.length > 0 ? Math.round(quantile(times, 0.99)) : null,
      '2xx': times.length,
      '429': refused.length,
      'without Retry-After': refused.filter(({ hasRetryAfter }) => !hasRetryAfter).length,
      'other non-2xx': own.length - times.length - refused.length,
    };
  });
  console.table(rows);
  const odd = new Map<string, number>();
  for (const { status, kind } of samples)
    if (status < 200 || status >= 300) odd.set(`${status} ${kind}`, (odd.get(`${status} ${kind}`) ?? 0) + 1);
  if (odd.size > 0) console.log('non-2xx:', Object.fromEntries(odd));
  const keys = [...new Set(samples.map(({ key }) => key))].filter((key) => key >= 0).sort((a, b) => a - b);
  for (const key of keys) {
    const own = samples.filter((each) => each.key === key);
    const served = own.filter(({ status }) => status < 300).length;
    console.log(`key ${key}: ${served} served (${(served / seconds).toFixed(1)}/s), ${own.length - served} refused`);
  }
}

if (values.help) console.log(HELP);
else {
  const limits = values.limits ? [] : ['READ', 'WRITE', 'REFUSED', 'OPEN'].map((each) => [`RATE_LIMIT_${each}_PER_MINUTE`, '0']);
  const given = Object.fromEntries(values.env.map((pair) => pair.split(/=(.*)/s).slice(0, 2) as [string, string]));
  const env = { ...Object.fromEntries(limits), ...given };
  const nodeOptions = values.profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${values.profile}`];
  const stand = await Stand.open({ apps: [], env, nodeOptions });
  try {
    const startedAt = performance.now();
    await seedRuns(stand.source, { runs: Number(values.runs), measured: 2_000, steps: 100 });
    await seedOthers(stand.source, { each: 1_000, storageRoot: stand.storageRoot });
    await stand.source.query('analyze');
    const ids = await stand.source.query<{ id: string }[]>(
      `select id from runs where kind = 'training' and finished_at is not null order by created_at desc limit 20000`,
    );
    const runIds = ids.map(({ id }) => id);
    const model = cpus()[0]?.model.trim() ?? 'unknown';
    console.log(
      `${cpus().length} cores (${model}), shared by API, Postgres and ${values.processes} processes of clients; node ${process.version}`,
    );
    console.log(
      `${stand.servers}; ${values.runs} stored runs (filled in ${Math.round((performance.now() - startedAt) / 1_000)} s)`,
    );
    const sides = [{ name: 'this build', url: stand.url }];
    if (values.against !== undefined) sides.unshift({ name: values.against, url: await stand.startApi(values.against, env) });
    const keys = await Promise.all(Array.from({ length: Number(values.keys) }, (_, index) => stand.aKey(`load-${index}`)));
    // With keys of their own: what warms up uses no quota up.
    const warmKeys = [stand.key];
    for (const { url } of sides) await measure({ url, keys: warmKeys, runIds }, 3);
    for (let round = 1; round <= Number(values.rounds); round += 1) {
      for (const { name, url } of sides) {
        console.log(`\n${name}, round ${round}: ${values.clients} clients for ${values.seconds} s`);
        report(await measure({ url, keys, runIds }, Number(values.seconds)), Number(values.seconds));
      }
    }
  } finally {
    await stand.close();
  }
}
