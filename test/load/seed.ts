import { createRunSchema, evaluationConfigSchema, runConfigSchema, taskConfigSchema } from '#contracts';
import type { DataSource } from 'typeorm';

/** SQL of an id: 20 characters that are the same for the same number. */
export const idOf = (prefix: string, number: string): string => `'${prefix}_' || substr(md5('${prefix}' || (${number})), 1, 20)`;

const RUN = idOf('run', 'i');
const SCORES = {
  numPairs: 6000,
  accuracy: 0.9953,
  std: 0.0031,
  threshold: 1.41,
  xnorm: 21.7,
  tarAtFar: { '0.001': { tar: 0.993, far: 0.001, threshold: 1.32 } },
};
const SUMMARY = { ...SCORES, protocol: 'verification', interval: { low: 0.993, high: 0.997, level: 0.95 }, areaUnderRoc: 0.999 };
const CURVES = {
  roc: Array.from({ length: 200 }, (_, index) => ({
    far: index / 199,
    tar: Math.min(1, index / 100),
    similarity: 1 - index / 199,
  })),
  histogram: { edges: [-1, 0, 1], genuine: [10, 2990], impostor: [2990, 10] },
};
const OPENED = {
  format: 'arcfleet',
  network: 'r50',
  embeddingSize: 512,
  height: 112,
  width: 112,
  sha256: '0'.repeat(64),
  engine: 'wasm',
};

export interface SeedOptions {
  /** Trainings; a tenth as many evaluations and a hundredth as many tasks come with them. */
  readonly runs: number;
  /** How many of the newest runs have series of metrics, and of how many steps. */
  readonly measured: number;
  readonly steps: number;
}

/**
 * Fills a migrated database with runs as the system leaves them: most of them over, with events, generations, metrics, scores, models and
 * deliveries of webhooks. All of it in SQL, so that hundreds of thousands of rows take seconds.
 */
export async function seedRuns(source: DataSource, { runs, measured, steps }: SeedOptions): Promise<void> {
  const { webhooks: _, ...input } = createRunSchema.parse({
    dataset: { path: '/data/faces_emore' },
    network: { name: 'r50' },
    batch: { globalBatchSize: 256 },
    ranks: { max: 2 },
    epochs: 20,
  });
  const config = runConfigSchema.parse(input);
  const evaluation = evaluationConfigSchema.parse({
    model: { id: null, path: '/models/model' },
    targets: [{ protocol: 'verification', name: 'lfw', path: '/data/faces_emore/lfw.bin' }],
  });
  const task = taskConfigSchema.parse({
    work: {
      task: 'dataset.validate',
      datasetId: 'dts_00000000000000000000',
      path: '/data/faces',
      kind: 'faces_emore',
      decode: false,
    },
  });
  // One in ten failed, one in twenty was canceled, the newest hundredth runs or waits.
  const status = `case when i > $1::int * 0.995 then 'queued' when i > $1::int * 0.99 then 'running'
                       when i % 10 = 3 then 'failed' when i % 20 = 7 then 'canceled' else 'succeeded' end`;
  const created = `now() - (($1::int - i) * interval '1 minute') - interval '1 hour'`;
  const over = `(s.status in ('succeeded', 'failed', 'canceled'))`;
  const from = `from (select i, ${status} as status, ${created} as at from generate_series(1, $1::int) i) s`;
  const insertRuns = (kind: string, rowId: string, extra: { columns: string; values: string }) =>
    `insert into runs (id, kind, config, status, reason, message, error, generation, world_size, engine, step, total_steps, event_seq,
                       created_at, admitted_at, started_at, finished_at, name, network, min_ranks, ${extra.columns})
     select ${rowId}, '${kind}', $2::jsonb || jsonb_build_object('name', '${kind}-' || i, 'labels', jsonb_build_object('team', 't' || i % 7, 'seeded', 'true')),
            s.status, case s.status when 'failed' then 'non_finite' when 'queued' then 'created' else 'completed' end, 'Seeded.',
            case s.status when 'failed' then '{"code": "non_finite", "message": "The loss is not finite at step 40."}'::jsonb end,
            case s.status when 'queued' then 0 else 1 end, case s.status when 'queued' then null else 2 end,
            case s.status when 'queued' then null else 'wasm' end,
            case when s.status = 'queued' then 0 else 1 end, 1, case s.status when 'queued' then 1 when 'running' then 5 else 6 end,
            at, case when s.status <> 'queued' then at + interval '1 second' end,
            case when s.status <> 'queued' then at + interval '2 seconds' end,
            case when ${over} then at + interval '50 seconds' end, '${kind}-' || i, $2::jsonb->'network'->>'name',
            coalesce(($2::jsonb->'ranks'->>'min')::int, 1), ${extra.values} ${from}`;
  const all: [string, unknown[]][] = [
    [insertRuns('training', RUN, { columns: 'num_classes', values: '85742' }), [runs, config]],
    [
      insertRuns('evaluation', idOf('evl', 'i'), { columns: 'opened_model', values: `$3::jsonb` }),
      [Math.ceil(runs / 10), evaluation, OPENED],
    ],
    [insertRuns('task', idOf('tsk', 'i'), { columns: 'model_id', values: 'null' }), [Math.ceil(runs / 100), task]],
    [
      `insert into run_labels (run_id, key, value, kind, created_at)
       select r.id, l.key, l.value, r.kind, r.created_at from runs r, jsonb_each_text(r.config->'labels') as l`,
      [],
    ],
    [
      `insert into run_events (run_id, seq, type, data, at)
       select r.id, e.seq, case when e.seq in (4, 5) then 'progress' else 'transition' end,
              case when e.seq in (4, 5) then jsonb_build_object('step', e.seq, 'totalSteps', 10, 'loss', 12.5)
                   else jsonb_build_object('status', case e.seq when 1 then 'queued' when 2 then 'starting' when 3 then 'running' else r.status end,
                                           'reason', 'seeded', 'message', 'Seeded.', 'generation', least(e.seq - 1, 1)) end,
              r.created_at + e.seq * interval '1 second'
         from runs r, generate_series(1, r.event_seq) as e (seq) where r.config->'labels'->>'seeded' = 'true'`,
      [],
    ],
    [
      `insert into generations (run_id, generation, world_size, start_step, state)
       select id, 1, 2, 0, case when finished_at is null then 'running' else 'ended' end from runs
        where generation = 1 and config->'labels'->>'seeded' = 'true'`,
      [],
    ],
    [
      `insert into metrics (run_id, generation, rank, step, name, value)
       select ${RUN}, 1, 0, step, name, 10 / sqrt(step) from generate_series(greatest(1, $1::int - $2::int), $1::int) i,
              generate_series(1, $3::int) step, unnest(array['loss', 'samplesPerSecond', 'learningRate']) name`,
      [runs, measured, steps],
    ],
    [
      `insert into verifications (run_id, generation, step, subject, target, scores)
       select ${RUN}, 1, 1, 'model', target, $2 from generate_series(1, $1::int) i, unnest(array['lfw', 'agedb_30']) target`,
      [runs, SCORES],
    ],
    [
      `insert into models (id, name, version, run_id, generation, step, folder, network, embedding_size, files, accuracies, is_best, is_last, created_at)
       select ${idOf('mdl', 'r.id')}, 'r50', row_number() over (order by r.created_at, r.id), r.id, 1, 1, 'runs/' || r.id || '/model/g1-s1', 'r50', 512,
              '[{"path": "model.safetensors", "sizeBytes": 174000000, "sha256": "${'0'.repeat(64)}"}]',
              '[{"target": "lfw", "accuracy": 0.9953}]', true, true, r.finished_at
         from runs r where r.kind = 'training' and r.status = 'succeeded' and r.config->'labels'->>'seeded' = 'true'`,
      [],
    ],
    [
      `insert into checkpoints (id, run_id, generation, step, manifest)
       select ${idOf('ckpt', 'r.id')}, r.id, 1, 1, jsonb_build_object('folder', 'runs/' || r.id || '/checkpoints/g1-s1', 'files', '[]'::jsonb)
         from runs r where r.kind = 'training' and r.status = 'succeeded'`,
      [],
    ],
    [`update runs set checkpoint_id = ${idOf('ckpt', 'id')} where kind = 'training' and status = 'succeeded'`, []],
    [
      `insert into evaluation_scores (run_id, generation, target, protocol, scores)
       select r.id, 1, 'lfw', 'verification', $1 from runs r where r.kind = 'evaluation' and r.status = 'succeeded'`,
      [{ ...SUMMARY, ...CURVES }],
    ],
    [
      `insert into webhook_endpoints (id, run_id, url, secret)
       select ${idOf('whep', 'r.id')}, r.id, 'https://hooks.example/arcfleet', 'whsec_${'A'.repeat(32)}' from runs r
        where r.kind = 'training' and r.config->'labels'->>'seeded' = 'true'`,
      [],
    ],
    [
      `insert into webhook_deliveries (id, endpoint_id, run_id, event_type, body, state, attempts, last_status, created_at, delivered_at)
       select ${idOf('msg', 'r.id || type')}, ${idOf('whep', 'r.id')}, r.id, type,
              '{"type": "' || type || '", "timestamp": "2026-01-01T00:00:00.000Z", "data": {"runId": "' || r.id || '"}}',
              'delivered', 1, 204, r.created_at, r.created_at + interval '1 second'
         from runs r, unnest(array['run.queued', 'run.started', 'run.succeeded']) type
        where r.kind = 'training' and r.config->'labels'->>'seeded' = 'true'`,
      [],
    ],
    ['analyze', []],
  ];
  await insertAll(source, all);
}

/** Statements in one transaction: where `results` runs it must not meet half a run. */
export async function insertAll(
  source: DataSource,
  statements: readonly (readonly [sql: string, parameters: readonly unknown[]])[],
) {
  await source.transaction(async (manager) => {
    await manager.query('set local statement_timeout = 0');
    for (const [sql, parameters] of statements) await manager.query(sql, parameters.map(toParameter));
  });
}

const toParameter = (value: unknown): unknown => (typeof value === 'object' ? JSON.stringify(value) : value);
