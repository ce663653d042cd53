import { runConfigSchema } from '#contracts';
import type { DataSource } from 'typeorm';

/** Trainings that {@link writeManyRuns} writes; the figures of docs/performance.md were taken with 100,000. */
export const NUM_RUNS = Number(process.env['ARCFLEET_MANY_RUNS'] ?? 20_000);
/** Of these, the newest wait for slots. */
export const NUM_QUEUED = NUM_RUNS / 10;

const ID = (prefix: string, place: string): string => `'${prefix}_' || lpad(${place}::text, 20, '0')`;

const STATEMENTS = [
  // One a minute; r50 are most, d201 only the oldest hundred. A tenth waits, most are over.
  `insert into runs (id, kind, config, status, reason, message, generation, world_size, engine, step, total_steps, event_seq, created_at,
                     finished_at, name, network, min_ranks)
   select ${ID('run', 'n')}, 'training',
          $1::jsonb || jsonb_build_object('name', name, 'labels', labels, 'network', ($1::jsonb->'network') || jsonb_build_object('name', network)),
          status, 'completed', 'Trained 100 steps.', case status when 'queued' then 0 else 1 end, 1, 'wasm', 100, 100, 3, at,
          case when status in ('succeeded', 'failed', 'canceled') then at + interval '1 hour' end, name, network, 1 + n % 8
     from (select n, timestamptz '2026-01-01' + n * interval '1 minute' as at,
                  case when n % 2 = 0 then 'nightly-' else 'try-' end || n as name,
                  case when n <= 100 then 'd201' when n % 10 < 7 then 'r50' else 'y1' end as network,
                  case when n > ${NUM_RUNS - NUM_QUEUED} then 'queued' when n % 1000 = 0 then 'failed' when n % 7 = 0 then 'canceled' else 'succeeded' end as status,
                  jsonb_build_object('team', 't' || n % 10, 'week', 'w' || n / 10000, 'recipe', case when n % 50000 = 7 then 'rare' else 'demo' end) as labels
             from generate_series(1, ${NUM_RUNS}) as n) as made`,
  `insert into run_labels (run_id, key, value, kind, created_at)
   select id, l.key, l.value, kind, created_at from runs, jsonb_each_text(config->'labels') as l`,
  `insert into run_events (run_id, seq, type, data, at)
   select id, seq, case seq when 2 then 'verification' else 'transition' end,
          jsonb_build_object('status', status, 'reason', reason, 'message', message, 'generation', 1), created_at
     from runs, generate_series(1, 3) as seq`,
  `insert into generations (run_id, generation, world_size, start_step, state)
   select id, 1, 1, 0, case when n % 9000 = 0 then 'running' else 'ended' end
     from (select id, row_number() over (order by id) as n from runs where generation = 1) as begun`,
  `insert into ranks (run_id, generation, rank, outcome) select run_id, 1, 0, 'succeeded' from generations`,
  `insert into webhook_endpoints (id, run_id, url, secret) select ${ID('whep', 'n')}, ${ID('run', 'n')}, 'https://a.test', 'whsec_x'
     from generate_series(1, ${NUM_RUNS}) as n`,
  `insert into webhook_deliveries (id, endpoint_id, run_id, event_type, body, state, next_attempt_at)
   select ${ID('msg', 'n')}, ${ID('whep', 'n')}, ${ID('run', 'n')}, 'run.succeeded', '{}', case when n % 10 = 0 then 'pending' else 'delivered' end,
          case when n % 10 = 0 then now() + (n - ${NUM_RUNS / 2}) * interval '1 second' end
     from generate_series(1, ${NUM_RUNS}) as n`,
  `insert into idempotency_keys (key, route, fingerprint, status, response, expires_at)
   select 'key-' || n, 'POST /runs', 'f', 202, '{}', now() + (n - ${NUM_RUNS / 2}) * interval '1 second' from generate_series(1, ${NUM_RUNS}) as n`,
];

/** A database as it is after weeks: {@link NUM_RUNS} trainings with labels, events, generations, webhooks and keys. */
export async function writeManyRuns(source: DataSource): Promise<void> {
  const config = JSON.stringify(runConfigSchema.parse({ dataset: { path: '/data/faces_emore' }, maxSteps: 100 }));
  for (const statement of STATEMENTS) await source.query(statement, statement.includes('$1') ? [config] : []);
  await source.query('analyze');
}
