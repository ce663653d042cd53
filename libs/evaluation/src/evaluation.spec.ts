import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createInMemoryCollectives } from '#collective';
import {
  embeddingConfigSchema,
  evaluationConfigSchema,
  silentObserver,
  uniformAt,
  type EvaluationConfigInput,
  type RecordBody,
  type RecordOf,
} from '#contracts';
import { encodeImageRecord, RecordWriter, writeVerificationSet } from '#datasets';
import { engineFolder, engineStatuses, startEngine, tf, type Engine } from '#engine';
import { writeOwnModel } from '#model-files';
import { createNetwork, initialValues } from '#model-zoo';
import sharp from 'sharp';
import { runEmbedding } from './run-embedding.js';
import { runEvaluation } from './run-evaluation.js';

const SIZE = 16;
const NUM_PAIRS = 23;
const folder = engineFolder(process.env);
const engines = (await engineStatuses({ folder })).filter(({ name, available }) => available && name !== 'cpu');

/** A face of a person: a pattern of its own, and noise. */
async function face(person: number, sample: number, height = SIZE): Promise<Uint8Array> {
  const pixels = Uint8Array.from({ length: SIZE * SIZE * 3 }, (_, at) => {
    const block = Math.floor(at / 48) % 16;
    return 40 + 120 * uniformAt(1, 101, person, block) + 60 * uniformAt(1, 102, person * 1000 + sample, at);
  });
  return sharp(pixels, { raw: { width: SIZE, height: SIZE, channels: 3 } })
    .resize({ width: SIZE, height, fit: 'fill' })
    .png()
    .toBuffer();
}

describe.each(engines)('on $name', ({ name }) => {
  let engine: Engine;
  let root: string;
  let tensorsBefore: number;
  beforeAll(async () => {
    engine = await startEngine(name, { threads: 1, folder });
    root = await mkdtemp(join(tmpdir(), 'arcfleet-evaluation-'));
    const network = createNetwork({ name: 'tiny', embeddingSize: 16, height: SIZE, width: SIZE });
    const parameters = new Map(network.parameters.map((spec) => [spec.name, initialValues(spec, 3)]));
    const statistics = Float32Array.from(
      network.statistics.flatMap(({ channels }) => [
        ...new Array<number>(channels).fill(0),
        ...new Array<number>(channels).fill(1),
      ]),
    );
    await writeOwnModel(join(root, 'runs/one/model/model'), network, { parameters, statistics });
    const overflowing = new Map(parameters).set('fc1_beta', new Float32Array(16).fill(Infinity));
    await writeOwnModel(join(root, 'runs/overflowing/model/model'), network, { parameters: overflowing, statistics });
    const isSame = Array.from({ length: NUM_PAIRS }, (_, pair) => pair % 2);
    const images = await Promise.all(isSame.flatMap((same, pair) => [face(pair, 0), face(same ? pair : pair + 100, 1)]));
    await writeVerificationSet(join(root, 'pairs.bin'), images, isSame);
    const tall = [...images];
    // One of each rank's share.
    for (const at of [3, 40]) tall[at] = await face(at, 0, SIZE + 4);
    await writeVerificationSet(join(root, 'tall.bin'), tall, isSame);
    await writeVerificationSet(join(root, 'fewer.bin'), images.slice(0, 40), isSame.slice(0, 20));
    await writeVerificationSet(join(root, 'other.bin'), images.toReversed(), isSame);
    await writeVerificationSet(
      join(root, 'swapped.bin'),
      images,
      isSame.map((same) => 1 - same),
    );
    await writeFaces(join(root, 'strangers'), 9, 1, 70);
    await writeFaces(join(root, 'probes'), 4, 3);
    await writeFaces(join(root, 'distractors'), 9, 1, 50);
    await writeIjb(join(root, 'ijb'));
  });
  beforeEach(() => {
    tensorsBefore = tf.memory().numTensors;
  });
  afterEach(() => {
    expect(tf.memory().numTensors, 'tensors left behind').toBe(tensorsBefore);
  });
  afterAll(() => rm(root, { recursive: true, force: true }));

  async function writeFaces(path: string, people: number, images: number, firstPerson = 0): Promise<void> {
    await mkdir(path, { recursive: true });
    const writer = await RecordWriter.create(join(path, 'train.rec'), join(path, 'train.idx'));
    let key = 1;
    for (let person = 0; person < people; person++) {
      for (let sample = 0; sample < images; sample++) {
        await writer.append(key, encodeImageRecord([person], key, await face(firstPerson + person, sample)));
        key++;
      }
    }
    await writer.close();
    await writeFile(join(path, 'property'), `${people},${SIZE},${SIZE}\n`);
  }

  async function writeIjb(path: string): Promise<void> {
    await mkdir(join(path, 'meta'), { recursive: true });
    await mkdir(join(path, 'loose_crop'));
    const points = [
      [38.2946, 51.6963],
      [73.5318, 51.5014],
      [56.0252, 71.7366],
      [41.5493, 92.3655],
      [70.7299, 92.2041],
    ];
    const [tid, five, pairs]: string[][] = [[], [], []];
    for (let template = 0; template < 6; template++) {
      for (let image = 0; image < 2; image++) {
        const file = `${template}_${image}.png`;
        await writeFile(join(path, 'loose_crop', file), await face(Math.floor(template / 2), template * 10 + image));
        tid!.push(`${file} ${template + 1} ${image}`);
        five!.push(
          `${file} ${points
            .flat()
            .map((value) => (value * SIZE) / 112)
            .join(' ')} 0.9`,
        );
      }
    }
    for (let a = 1; a <= 6; a++) for (let b = a + 1; b <= 6; b++) pairs!.push(`${a} ${b} ${a % 2 === 1 && b === a + 1 ? 1 : 0}`);
    await writeFile(join(path, 'meta/set_face_tid_mid.txt'), tid!.join('\n'));
    await writeFile(join(path, 'meta/set_name_5pts_score.txt'), `${five!.join('\r\n')}\r\n`);
    await writeFile(join(path, 'meta/set_template_pair_label.txt'), pairs!.join('\n'));
  }

  const aSearch = () =>
    ({
      protocol: 'identification',
      name: 'search',
      probes: join(root, 'probes'),
      distractors: join(root, 'distractors'),
    }) as const;
  const templates = () => ({ protocol: 'templates', name: 'ijb', path: join(root, 'ijb') }) as const;

  interface Evaluation {
    readonly worldSize?: number;
    readonly stopAt?: { rank: number; mode: 'stop' | 'cancel'; isScoring?: boolean };
    readonly change?: Partial<EvaluationConfigInput>;
    /** What lies under the path of a target on the last rank's machine instead. */
    readonly lastRankHas?: EvaluationConfigInput['targets'];
    /** Instead of the model in eval mode. */
    readonly model?: string;
  }

  async function evaluate({ worldSize = 1, stopAt, change = {}, lastRankHas, model = 'runs/one/model' }: Evaluation = {}) {
    const config = evaluationConfigSchema.parse({
      model: { id: 'mdl_x', path: model },
      targets: [{ protocol: 'verification', name: 'pairs', path: join(root, 'pairs.bin') }],
      batchSize: 4,
      bootstrap: 200,
      ranks: { max: worldSize },
      ...change,
    });
    const collectives = createInMemoryCollectives(worldSize);
    const records: RecordBody[][] = collectives.map(() => []);
    const warnings: string[] = [];
    let isScoring = false;
    for (const collective of collectives) {
      const extendLease = collective.extendLease.bind(collective);
      collective.extendLease = (ms, phase) => {
        isScoring ||= phase === 'scoring';
        extendLease(ms, phase);
      };
    }
    const results = await Promise.allSettled(
      collectives.map(async (collective, rank) => {
        const found =
          lastRankHas && rank === worldSize - 1 ? evaluationConfigSchema.parse({ ...config, targets: lastRankHas }) : config;
        try {
          return await runEvaluation({
            job: { kind: 'evaluation', runId: 'evl_1', generation: 1, rank, worldSize, config: found, rendezvousTimeoutMs: 1000 },
            engine,
            collective,
            storageRoot: root,
            emit: (body) => records[rank]!.push(body),
            stopMode: () => (stopAt?.rank === rank && (isScoring || !stopAt.isScoring) ? stopAt.mode : 'none'),
            observer: { log: (level, message) => void (level === 'warn' && warnings.push(message)) },
          });
        } catch (error) {
          await collective.abort(String(error));
          throw error;
        }
      }),
    );
    const failed = results.find((result) => result.status === 'rejected');
    if (failed) throw failed.reason;
    const scored = records[0]!.filter((body): body is RecordOf<'evaluation.scored'> => body.type === 'evaluation.scored');
    return {
      outcomes: results.map((result) => (result.status === 'fulfilled' ? result.value : null)),
      records,
      scored,
      warnings,
    };
  }

  it('scores pairs with curve, histogram and interval, and says what it opened', async () => {
    const { outcomes, records, scored } = await evaluate();
    expect(outcomes).toEqual([{ outcome: 'succeeded', step: 1 }]);
    expect(records[0]![0]).toMatchObject({
      type: 'evaluation.started',
      model: { format: 'arcfleet', network: 'tiny', embeddingSize: 16, height: SIZE, width: SIZE, engine: name },
    });
    const { scores } = scored[0]!;
    if (scores.protocol !== 'verification') throw new Error(scores.protocol);
    expect(scores.numPairs).toBe(NUM_PAIRS);
    expect(scores.accuracy).toBeGreaterThan(0.8);
    expect(scores.interval!.low).toBeLessThanOrEqual(scores.accuracy);
    expect(scores.interval!.high).toBeLessThanOrEqual(1);
    expect(scores.roc.at(0)).toMatchObject({ far: 0, tar: 0 });
    expect(scores.roc.at(-1)).toMatchObject({ far: 1, tar: 1 });
    const count = [...scores.histogram.genuine, ...scores.histogram.impostor].reduce((a, b) => a + b);
    expect(count).toBe(NUM_PAIRS);
  });

  it('gives the same scores on any number of ranks, more ranks than batches included', async () => {
    const [one, ...more] = await Promise.all([1, 2, 3, 7].map((worldSize) => evaluate({ worldSize })));
    for (const { scored, outcomes, records } of more) {
      expect(outcomes.every((each) => each?.outcome === 'succeeded')).toBe(true);
      expect(records.slice(1).flat()).toEqual([]);
      const [a, b] = [one!.scored[0]!.scores, scored[0]!.scores];
      if (a.protocol !== 'verification' || b.protocol !== 'verification') throw new Error('protocol');
      expect(b.accuracy).toBe(a.accuracy);
      // An engine may round a batch of another size otherwise.
      expect(Math.abs(b.xnorm - a.xnorm)).toBeLessThan(1e-5 * a.xnorm);
      expect(Math.abs(b.areaUnderRoc - a.areaUnderRoc)).toBeLessThan(1e-6);
    }
  });

  it('does without the mirrored images', async () => {
    const { scored } = await evaluate({ change: { flip: false, bootstrap: 0 } });
    expect(scored[0]!.scores).toMatchObject({ numPairs: NUM_PAIRS, interval: null });
  });

  it('searches probes among distractors and compares templates', async () => {
    const { scored } = await evaluate({
      worldSize: 2,
      change: {
        targets: [aSearch(), templates()],
      },
    });
    expect(scored.map(({ target }) => target)).toEqual(['search', 'ijb']);
    expect(scored[0]!.scores).toMatchObject({ numProbes: 12, numIdentities: 4, numDistractors: 9 });
    expect(scored[0]!.scores).toHaveProperty('rank1Accuracy', expect.closeTo(1, 0));
    expect(scored[1]!.scores).toMatchObject({ numTemplates: 6, numImages: 12, numPairs: 15 });
    expect((scored[1]!.scores as { areaUnderRoc: number }).areaUnderRoc).toBeGreaterThan(0.9);
  });

  it.each([
    ['stop', 'stopped'],
    ['cancel', 'canceled'],
  ] as const)('leaves together when one rank was told to %s', async (mode, outcome) => {
    const { outcomes, scored } = await evaluate({ worldSize: 3, stopAt: { rank: 2, mode } });
    expect(outcomes).toEqual([outcome, outcome, outcome].map((each) => ({ outcome: each, step: 0 })));
    expect(scored).toEqual([]);
  });

  it.each(['search', 'ijb'])('leaves together when rank 0 was told to stop while it scored %s', async (name) => {
    const search = aSearch();
    const ijb = templates();
    const pairs = { protocol: 'verification', name: 'pairs', path: join(root, 'pairs.bin') } as const;
    const targets = [name === 'ijb' ? ijb : search, pairs];
    const { outcomes, scored } = await evaluate({
      worldSize: 3,
      stopAt: { rank: 0, mode: 'stop', isScoring: true },
      change: { targets },
    });
    expect(outcomes).toEqual(outcomes.map(() => ({ outcome: 'stopped', step: 0 })));
    expect(scored).toEqual([]);
  });

  it.each([0, 2])('keeps what was scored when rank %i was told to cancel only then', async (rank) => {
    const pairs = { protocol: 'verification', name: 'pairs', path: join(root, 'pairs.bin') } as const;
    const stopAt = { rank, mode: 'cancel', isScoring: true } as const;
    const two = await evaluate({ worldSize: 3, stopAt, change: { targets: [pairs, { ...pairs, name: 'again' }] } });
    expect(two.outcomes).toEqual(two.outcomes.map(() => ({ outcome: 'canceled', step: 1 })));
    expect(two.scored.map(({ target }) => target)).toEqual(['pairs']);
    // Nothing was left to cancel.
    const one = await evaluate({ worldSize: 3, stopAt, change: { targets: [pairs] } });
    expect(one.outcomes).toEqual(one.outcomes.map(() => ({ outcome: 'succeeded', step: 1 })));
  });

  it.each([
    ['fewer pairs', { protocol: 'verification', name: 'pairs', path: 'fewer.bin' }],
    ['other images of as many pairs', { protocol: 'verification', name: 'pairs', path: 'other.bin' }],
    ['another order of pairs', { protocol: 'verification', name: 'pairs', path: 'swapped.bin' }],
  ] as const)('refuses to share a target of which a rank has %s', async (_, target) => {
    await expect(evaluate({ worldSize: 3, lastRankHas: [{ ...target, path: join(root, target.path) }] })).rejects.toMatchObject({
      code: 'collective_mismatch',
      details: { target: 'pairs', rank: 2 },
    });
  });

  it('refuses to share a search whose faces a rank has others of', async () => {
    const search = aSearch();
    await expect(
      evaluate({
        worldSize: 2,
        change: { targets: [search] },
        lastRankHas: [{ ...search, distractors: join(root, 'strangers') }],
      }),
    ).rejects.toMatchObject({ code: 'collective_mismatch', details: { target: 'search', rank: 1 } });
  });

  it('takes an embedding that is not finite for an error, not for a perfect score', async () => {
    const search = aSearch();
    const found = evaluate({ model: 'runs/overflowing/model', change: { targets: [search] } });
    await expect(found).rejects.toMatchObject({
      code: 'non_finite',
      details: { target: 'search', image: 0 },
      message: expect.stringMatching(/^search: .*record 1 of .*probes.train\.rec/) as string,
    });
    await expect(evaluate({ model: 'runs/overflowing/model', change: { targets: [templates()] } })).rejects.toMatchObject({
      code: 'non_finite',
      details: { target: 'ijb', image: 0 },
    });
  });

  it('refuses images of another size than the model, or crops them on request and says how many', async () => {
    const targets = [
      { protocol: 'verification', name: 'tall', path: join(root, 'tall.bin') },
      { protocol: 'verification', name: 'pairs', path: join(root, 'pairs.bin') },
    ] as EvaluationConfigInput['targets'];
    await expect(evaluate({ worldSize: 2, change: { targets } })).rejects.toMatchObject({
      code: 'image_invalid',
      message: expect.stringMatching(/image 3 of .*tall.bin is 16 x 20, and the model wants aligned faces of 16 x 16/) as string,
    });
    const { scored, warnings } = await evaluate({ worldSize: 2, change: { targets, unaligned: 'crop' } });
    expect(scored.map(({ target }) => target)).toEqual(['tall', 'pairs']);
    expect(warnings).toEqual([
      'tall: 2 of 46 images were of another size and were cropped to their middle without alignment; scores may be poor',
    ]);
  });

  it('finds a missing target before it embeds anything', async () => {
    const targets = [
      { protocol: 'verification', name: 'pairs', path: join(root, 'pairs.bin') },
      { protocol: 'verification', name: 'gone', path: join(root, 'gone.bin') },
    ] as const;
    await expect(evaluate({ change: { targets: [...targets] } })).rejects.toMatchObject({ code: 'dataset_not_found' });
  });

  it('answers a request for embeddings with unit vectors, the same for the same image', async () => {
    const data = Buffer.from(await face(1, 0)).toString('base64');
    const other = Buffer.from(await face(2, 0)).toString('base64');
    const config = embeddingConfigSchema.parse({
      model: { id: null, path: join(root, 'runs/one/model') },
      images: [{ data }, { data: other }, { data }],
    });
    const records: RecordBody[] = [];
    await runEmbedding({
      job: { kind: 'embedding', runId: 'emb_1', generation: 1, rank: 0, worldSize: 1, config, rendezvousTimeoutMs: 1000 },
      engine,
      storageRoot: root,
      emit: (body) => records.push(body),
      stopMode: () => 'none',
      observer: silentObserver,
    });
    const { result } = records[0] as RecordOf<'embeddings.computed'>;
    expect(result.warnings).toEqual([]);
    for (const row of result.embeddings) expect(Math.hypot(...row)).toBeCloseTo(1, 6);
    const cosine = (a: number[], b: number[]) => a.reduce((sum, value, i) => sum + value * b[i]!, 0);
    expect(cosine(result.embeddings[0]!, result.embeddings[2]!)).toBeCloseTo(1, 5);
    expect(cosine(result.embeddings[0]!, result.embeddings[1]!)).toBeLessThan(0.999);
  });
});
