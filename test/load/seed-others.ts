import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { scheduledEvaluationSchema, type DatasetFacts } from '#contracts';
import type { DataSource } from 'typeorm';
import { idOf, insertAll } from './seed.js';

const FACTS: DatasetFacts = {
  images: 5_822_653,
  identities: 85_742,
  width: 112,
  height: 112,
  imageBytes: 17_000_000_000,
  perIdentity: { min: 3, median: 55, max: 602, empty: 0 },
  targets: { lfw: { pairs: 6000, same: 3000 } },
  digest: '0'.repeat(64),
  fingerprint: '1'.repeat(64),
  files: [{ name: 'train.idx', sizeBytes: 1_000_000, sha256: '2'.repeat(64) }],
};
const EVALUATION = scheduledEvaluationSchema.parse({
  models: { alias: 'production' },
  dataset: '/data/faces_emore',
  targets: ['lfw'],
});
const ENDPOINTS = 5;
const MOST_FILES = 300;
const FILE = Buffer.from('weights');

export interface SeedOthersOptions {
  /** Data sets, schedules, keys, workers, aliases. */
  readonly each: number;
  /** Root of the storage that the API sees: files of the newest models are written there. */
  readonly storageRoot: string;
}

/** Fills a database that has runs with all that is no run: data sets, schedules, keys, workers, endpoints, logs, aliases, exports. */
export async function seedOthers(source: DataSource, { each, storageRoot }: SeedOthersOptions): Promise<void> {
  const rows = `from generate_series(1, $1::int) i`;
  await insertAll(source, [
    [
      `insert into datasets (id, name, state, path, kind, decode, labels, description, task_id, facts, digest, problems, validated_at)
       select ${idOf('dts', 'i')}, 'faces-' || i % 10, 'ready', '/data/faces' || i, 'faces_emore', true, jsonb_build_object('team', 't' || i % 7), '',
              ${idOf('tsk', '1')}, $2::jsonb || jsonb_build_object('digest', md5('a' || i) || md5('b' || i)), md5('a' || i) || md5('b' || i),
              '[]', now() ${rows}`,
      [each, FACTS],
    ],
    [
      `insert into schedules (id, name, cron, timezone, evaluation, overlap, missed, grace_seconds, next_at)
       select ${idOf('sch', 'i')}, 'yearly-' || i, '0 3 1 1 *', 'Europe/Berlin', $2::jsonb, 'skip', 'skip', 300,
              date_trunc('year', now()) + interval '1 year 2 hours' ${rows}`,
      [each, EVALUATION],
    ],
    [
      `insert into schedule_fires (id, schedule_id, scheduled_at, fired_at, trigger, outcome, reason, message, revision)
       select ${idOf('fire', "i || '-' || n")}, ${idOf('sch', 'i')}, now() - n * interval '1 day', now() - n * interval '1 day', 'cron', 'started',
              'on_time', 'Seeded.', 1 from generate_series(1, $1::int) i, generate_series(1, 7) n`,
      [each],
    ],
    [
      `insert into schedule_evaluations (run_id, fire_id)
       select id, ${idOf('fire', "n || '-1'")} from (select id, row_number() over (order by created_at) n from runs where kind = 'evaluation') r where n <= $1`,
      [each],
    ],
    [
      `insert into api_keys (id, name, hint, secret_hash, grants, created_by, created_at)
       select ${idOf('key', 'i')}, 'ci-' || i, 'arc_' || substr(md5('key' || i), 1, 8), sha256(('secret' || i)::bytea), array['runs:read'], 'system',
              now() - i * interval '1 minute' ${rows}`,
      [each],
    ],
    [
      `insert into audit_events (id, at, actor, action, resource_id, details)
       select ${idOf('aud', 'i')}, now() - i * interval '1 minute', ${idOf('key', 'i')}, 'runs.create', ${idOf('run', 'i')}, '{"seeded": true}' ${rows}`,
      [each * 10],
    ],
    [
      `insert into workers (id, host, version, engine, state, slots, busy, started_at, last_seen_at)
       select 'seeded-' || i, 'host-' || i, '0.1.0', 'wasm', case i % 2 when 0 then 'live' else 'left' end, 2, '[]', now() - i * interval '1 minute', now()
         ${rows}`,
      [Math.ceil(each / 10)],
    ],
    [
      `insert into webhook_endpoints (id, run_id, url, secret, events, description)
       select ${idOf('whep', "'registered' || i")}, null, 'https://hooks.example/' || i, 'whsec_${'A'.repeat(32)}', array['dataset.*'], '' ${rows}`,
      [ENDPOINTS],
    ],
    [
      `insert into webhook_deliveries (id, endpoint_id, run_id, event_type, body, state, attempts, last_status, created_at, delivered_at)
       select ${idOf('msg', "'registered' || i")}, ${idOf('whep', `'registered' || (1 + i % ${ENDPOINTS})`)}, null, 'dataset.ready',
              '{"type": "dataset.ready", "timestamp": "2026-01-01T00:00:00.000Z", "data": {}}',
              case i % 3 when 0 then 'failed' else 'delivered' end, 1, case i % 3 when 0 then 500 else 204 end, now() - i * interval '1 minute', now() ${rows}`,
      [each],
    ],
    [
      `insert into webhook_attempts (delivery_id, number, at, duration_ms, status, error, answer)
       select id, 1, created_at, 12, last_status, case state when 'failed' then 'The receiver answered 500.' end, ''
         from webhook_deliveries where run_id is null`,
      [],
    ],
    [
      `insert into run_log_heads (run_id, last_seq, bytes, last_at)
       select id, 20, 2000, now() from (select id, row_number() over (partition by kind order by created_at desc) n from runs) r where n <= $1`,
      [each],
    ],
    [
      `insert into run_logs (run_id, seq, at, generation, rank, level, message, fields)
       select run_id, seq, now(), 1, seq % 2, case seq % 5 when 0 then 'warn' else 'info' end, 'a line', '{"pid": 1}'
         from run_log_heads, generate_series(1, 20) seq`,
      [],
    ],
    [
      `insert into model_aliases (name, alias, number, model_id, since, set_by)
       select name, case n when 1 then 'production' else 'alias-' || n end, 1, id, now(), 'system'
         from (select id, name, row_number() over (order by created_at desc, id) n from models) m where n <= 2 * $1::int and n % 2 = 1`,
      [each],
    ],
  ]);
  await storeFiles(source, { each, storageRoot });
}

/** Files for the newest models, as they were stored and as ONNX. */
async function storeFiles(source: DataSource, { each, storageRoot }: SeedOthersOptions): Promise<void> {
  const models = await source.query<{ id: string; folder: string }[]>(
    'select id, folder from models order by created_at desc, id desc limit $1',
    [Math.min(each, MOST_FILES)],
  );
  const sha256 = createHash('sha256').update(FILE).digest('hex');
  const entry = (path: string) => JSON.stringify([{ path, sizeBytes: FILE.length, sha256 }]);
  const exported = (id: string) => `exports/${id}/onnx/tsk-g1`;
  for (const { id, folder } of models) {
    for (const path of [`${folder}/model.safetensors`, `${exported(id)}/model.onnx`]) {
      await mkdir(dirname(join(storageRoot, path)), { recursive: true });
      await writeFile(join(storageRoot, path), FILE);
    }
  }
  const ids = models.map(({ id }) => id);
  await source.query('update models set files = $2 where id = any($1)', [ids, entry('model.safetensors')]);
  await source.query(
    `insert into model_exports (model_id, format, state, task_id, folder, files)
     select id, 'onnx', 'ready', ${idOf('tsk', '1')}, 'exports/' || id || '/onnx/tsk-g1', $2 from unnest($1::text[]) id`,
    [ids, entry('model.onnx')],
  );
}
