import { fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import type { Transport } from '#contracts';
import type { WireType } from '../collective.js';
import { connectCollective } from '../thread/connect-collective.js';

/**
 * Times all-reduces between processes, each with its communication thread, as trainers run them. Prints one line of JSON.
 *
 *     node dist/libs/collective/src/testing/bench-main.js REDIS_URL TRANSPORT RANKS BYTES ROUNDS [float32|bfloat16] [shared|own]
 *
 * BYTES: float32 values of one rank. `shared`: values and result lie in shared memory; `own`: in the caller's own.
 */
interface Job {
  redisUrl: string;
  transport: Transport;
  worldSize: number;
  bytes: number;
  rounds: number;
  wire: WireType;
  memory: 'shared' | 'own';
  runId: string;
  rank: number;
}

interface Timing {
  readonly times: number[];
  /** Processor time of one rank and round, of all its threads, with the barrier before it. */
  readonly cpuMs: number;
}

const WARM_UP = 3;

async function runRank({ redisUrl, transport, worldSize, bytes, rounds, wire, memory, runId, rank }: Job): Promise<Timing> {
  const chunkBytes = process.env['BENCH_CHUNK'] === undefined ? {} : { chunkBytes: Number(process.env['BENCH_CHUNK']) };
  const address = { runId, generation: 1, rank, worldSize };
  const collective = await connectCollective({ redisUrl, transport, address, ...chunkBytes });
  const length = Math.floor(bytes / 4);
  const allocate = () => new Float32Array(memory === 'shared' ? new SharedArrayBuffer(4 * length) : new ArrayBuffer(4 * length));
  const values = allocate().fill(rank + 1);
  const into = allocate();
  const times: number[] = [];
  let cpu = process.cpuUsage();
  for (let round = 0; round < rounds + WARM_UP; round++) {
    await collective.barrier();
    if (round === WARM_UP) cpu = process.cpuUsage();
    const startedAt = performance.now();
    const sums = await collective.allReduce(values, 'sum', { wire, ...(memory === 'shared' ? { into } : {}) });
    times.push(performance.now() - startedAt);
    if (sums[0] !== (worldSize * (worldSize + 1)) / 2 || sums[length - 1] !== sums[0]) {
      throw new Error(`The sums are ${sums[0]} to ${sums[length - 1]} in round ${round}.`);
    }
  }
  const { user, system } = process.cpuUsage(cpu);
  await collective.close();
  return { times: times.slice(WARM_UP), cpuMs: (user + system) / 1_000 / rounds };
}

if (process.send !== undefined) {
  process.send(await runRank(JSON.parse(process.argv[2]!) as Job));
  process.disconnect();
} else {
  const [redisUrl, transport, ranks, bytes, rounds, wire = 'float32', memory = 'shared'] = process.argv.slice(2);
  const job = { redisUrl, transport, worldSize: Number(ranks), bytes: Number(bytes), rounds: Number(rounds), wire, memory };
  const runId = randomUUID();
  const all = await Promise.all(
    Array.from({ length: job.worldSize }, async (_, rank) => {
      const child = fork(process.argv[1]!, [JSON.stringify({ ...job, runId, rank })]);
      const [timing] = (await once(child, 'message')) as [Timing];
      return timing;
    }),
  );
  // A round is over when the last rank has its result.
  const slowest = all[0]!.times.map((_, round) => Math.max(...all.map(({ times }) => times[round]!))).sort((a, b) => a - b);
  const cpuMs = Math.max(...all.map((timing) => timing.cpuMs));
  const at = (share: number) => Number(slowest[Math.floor(share * (slowest.length - 1))]!.toFixed(2));
  console.log(
    JSON.stringify({ ...job, redisUrl: undefined, minMs: at(0), p50Ms: at(0.5), p95Ms: at(0.95), cpuMs: Math.round(cpuMs) }),
  );
}
