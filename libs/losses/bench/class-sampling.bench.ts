/**
 * Step time and memory of the head with and without class sampling, all ranks in one process and one thread, so that a step's
 * time is the sum of theirs. Each row of the table is a process of its own. Centers lie in groups around common directions and
 * the batch near some of them, so that there is something to find.
 *
 *   node dist/libs/losses/bench/class-sampling.bench.js [--engine wasm] [--classes 200000] [--size 512] [--ranks 2] [--batch 32]
 *     [--rate 0.1] [--steps 12] [--group 50]
 */
import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';
import { createInMemoryCollectives, type Collective } from '#collective';
import { ENGINES, fillNormal, runConfigSchema, type ClassSamplingConfig, type SoftmaxLossConfig } from '#contracts';
import { startEngine, tf } from '#engine';
import { MarginHead } from '../src/margin-head.js';

const { values } = parseArgs({
  options: {
    engine: { type: 'string', default: 'wasm' },
    classes: { type: 'string', default: '200000' },
    size: { type: 'string', default: '512' },
    ranks: { type: 'string', default: '2' },
    batch: { type: 'string', default: '32' },
    rate: { type: 'string', default: '0.1' },
    steps: { type: 'string', default: '12' },
    group: { type: 'string', default: '50' },
    /** One row of the table. */
    sampling: { type: 'string' },
  },
});
const [numClasses, embeddingSize, worldSize, localBatchSize, numSteps, groupSize] = (
  ['classes', 'size', 'ranks', 'batch', 'steps', 'group'] as const
).map((name) => Number(values[name])) as [number, number, number, number, number, number];
const MEBIBYTE = 2 ** 20;

interface Row {
  readonly engine: string;
  readonly stepMs: number;
  /** Processor time, which other processes on the machine do not lengthen. */
  readonly stepCpuMs: number;
  readonly firstStepMs: number;
  readonly activeClasses: number;
  readonly nearestRecall: number | null;
  readonly tensorMiB: number;
  readonly tensorPeakMiB: number;
  readonly rssMiB: number;
}

if (values.sampling) console.log(JSON.stringify(await measure(JSON.parse(values.sampling) as ClassSamplingConfig)));
else table();

function table(): void {
  const rate = Number(values.rate);
  const samplings: ClassSamplingConfig[] = [
    { name: 'none' },
    { name: 'random', rate },
    { name: 'nearest', rate, refreshSteps: numSteps },
  ];
  console.log(
    `${numClasses} classes of ${embeddingSize}, ${worldSize} ranks x ${localBatchSize} in one process, one thread, ${values.engine}`,
  );
  console.log('sampling       | step ms |  cpu ms | first ms | classes | recall | tensors MiB: rest, peak | process MiB');
  for (const sampling of samplings) {
    const own = process.argv.slice(1);
    const { stdout, status, stderr } = spawnSync(process.execPath, [...own, '--sampling', JSON.stringify(sampling)], {
      encoding: 'utf8',
    });
    if (status !== 0) throw new Error(`${JSON.stringify(sampling)}: ${stderr}`);
    const row = JSON.parse(stdout.trim().split('\n').at(-1)!) as Row;
    const cells = [
      'rate' in sampling ? `${sampling.name} ${sampling.rate}` : sampling.name,
      row.stepMs.toFixed(0),
      row.stepCpuMs.toFixed(0),
      row.firstStepMs.toFixed(0),
      row.activeClasses,
      row.nearestRecall?.toFixed(3) ?? '-',
      `${row.tensorMiB.toFixed(0)}, ${row.tensorPeakMiB.toFixed(0)}`,
      row.rssMiB.toFixed(0),
    ];
    const widths = [14, 7, 7, 8, 7, 6, 23, 11];
    console.log(cells.map((cell, at) => String(cell)[at === 0 ? 'padEnd' : 'padStart'](widths[at]!)).join(' | '));
  }
}

async function measure(classSampling: ClassSamplingConfig): Promise<Row> {
  const name = ENGINES.find((engine) => engine === values.engine);
  if (!name) throw new Error(`--engine is one of ${ENGINES.join(', ')}`);
  const engine = await startEngine(name, { threads: 1 });
  const config = runConfigSchema.parse({ dataset: { path: '/none' }, maxSteps: 1 });
  let tensorPeak = 0;
  const collectives = createInMemoryCollectives(worldSize).map((collective): Collective => {
    const allGather: Collective['allGather'] = (payload) => {
      tensorPeak = Math.max(tensorPeak, tf.memory().numBytes);
      return collective.allGather(payload);
    };
    return new Proxy(collective, {
      get: (target, key) => {
        if (key === 'allGather') return allGather;
        const value: unknown = Reflect.get(target, key);
        return typeof value === 'function' ? (value.bind(target) as unknown) : value;
      },
    });
  });
  const heads = collectives.map(
    (_, rank) =>
      new MarginHead({
        loss: config.loss as SoftmaxLossConfig,
        optimizer: config.optimizer,
        classSampling,
        embeddingSize,
        numClasses,
        rank,
        worldSize,
        seed: 1,
        engine,
      }),
  );
  for (const head of heads) {
    await head.load((classStart, numRows) => {
      const slots = head.slots.map(({ name: slot, width }) => [slot, new Float32Array(numRows * width)] as const);
      const given = Object.fromEntries(slots);
      for (let row = 0; row < numRows; row++) near(classStart + row, given['centers']!, row * embeddingSize, 1);
      return Promise.resolve(given);
    });
  }
  const times: { wall: number; cpu: number }[] = [];
  let [activeClasses, nearestRecall]: [number, number | null] = [numClasses, null];
  const numRows = worldSize * localBatchSize;
  for (let step = 1; step <= numSteps + 1; step++) {
    const labels = Int32Array.from({ length: numRows }, (_, row) => ((step * numRows + row) * 7919) % numClasses);
    const features = new Float32Array(numRows * embeddingSize);
    for (const [row, label] of labels.entries()) near(label, features, row * embeddingSize, 2);
    const [start, cpuStart] = [performance.now(), process.cpuUsage()];
    const results = await Promise.all(
      heads.map((head, rank) => head.step({ features, labels, learningRate: 0.1, collective: collectives[rank]!, step })),
    );
    const { user, system } = process.cpuUsage(cpuStart);
    times.push({ wall: performance.now() - start, cpu: (user + system) / 1000 });
    const { metrics = {} } = results[0]!;
    activeClasses = metrics['activeClasses'] ?? activeClasses;
    nearestRecall ??= metrics['nearestRecall'] ?? null;
  }
  // The steps of a refresh, and of the search for what it is worth, are not like the others.
  const usual = times.slice(1, -2);
  const median = (of: number[]) => of.sort((a, b) => a - b)[Math.floor(of.length / 2)]!;
  return {
    engine: engine.description,
    stepMs: median(usual.map(({ wall }) => wall)),
    stepCpuMs: median(usual.map(({ cpu }) => cpu)),
    firstStepMs: times[0]!.cpu,
    activeClasses,
    nearestRecall,
    tensorMiB: tf.memory().numBytes / MEBIBYTE,
    tensorPeakMiB: tensorPeak / MEBIBYTE,
    rssMiB: process.memoryUsage().rss / MEBIBYTE,
  };
}

/** A vector around the direction of the label's group: cosine about 0.7 with its group's others. */
function near(label: number, target: Float32Array, offset: number, stream: number): void {
  const numGroups = Math.ceil(numClasses / groupSize);
  const direction = new Float32Array(embeddingSize);
  fillNormal(1, 101, label % numGroups, direction);
  const own = target.subarray(offset, offset + embeddingSize);
  fillNormal(stream, 102, label, own, 0.65);
  for (let at = 0; at < embeddingSize; at++) own[at]! += direction[at]!;
}
