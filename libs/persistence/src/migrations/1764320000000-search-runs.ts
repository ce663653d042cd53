import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Smallest number of ranks in ranks.min..max at which every rank of a training holds whole batch norm groups. */
const SMALLEST = `coalesce((
  select min(size) from generate_series((config->'ranks'->>'min')::int, (config->'ranks'->>'max')::int) as size
   where kind <> 'training'
      or (config->'batch'->>'globalBatchSize')::int % (size * (config->'batch'->>'bnGroupSize')::int) = 0), 1)`;

const UP = [
  `alter table runs add column name text`,
  `alter table runs add column network text`,
  `alter table runs add column revision int not null default 1`,
  `alter table runs add column min_ranks int not null default 1`,
  `alter table runs add column resumed_from text`,
  `alter table runs add column resumed_step int`,
  `alter table runs add column cloned_from text`,
  `update runs set name = config->>'name', network = case when kind = 'training' then config->'network'->>'name' end,
     min_ranks = case when status in ('succeeded', 'failed', 'canceled') then 1 else ${SMALLEST} end`,
  `create index runs_by_status on runs (kind, status, created_at, id)`,
  `create index runs_by_name on runs (kind, name text_pattern_ops) where name is not null`,
  `create index runs_by_network on runs (network, created_at, id) where network is not null`,
  `create index runs_queued on runs (created_at, id, min_ranks) where status = 'queued'`,
  `create index run_events_transitions on run_events (run_id, seq) where type = 'transition'`,

  `create table run_labels (
    run_id text not null,
    key text not null,
    value text not null,
    kind text not null,
    created_at timestamptz(3) not null,
    constraint run_labels_pkey primary key (run_id, key),
    constraint run_labels_run foreign key (run_id) references runs (id) on delete cascade
  )`,
  `create index run_labels_search on run_labels (kind, key, value, created_at, run_id)`,
  `insert into run_labels (run_id, key, value, kind, created_at)
   select r.id, l.key, l.value, r.kind, r.created_at
     from runs r, jsonb_each_text(case jsonb_typeof(r.config->'labels') when 'object' then r.config->'labels' else '{}' end) as l`,
];

const DOWN = [
  `drop table run_labels`,
  `drop index run_events_transitions`,
  `drop index runs_queued`,
  `drop index runs_by_network`,
  `drop index runs_by_name`,
  `drop index runs_by_status`,
  `alter table runs drop column cloned_from`,
  `alter table runs drop column resumed_step`,
  `alter table runs drop column resumed_from`,
  `alter table runs drop column min_ranks`,
  `alter table runs drop column revision`,
  `alter table runs drop column network`,
  `alter table runs drop column name`,
];

/** Runs are found by status, label, name and network without reading all of them; they can be renamed, resumed and cloned. */
export class SearchRuns1764320000000 implements MigrationInterface {
  readonly name = 'SearchRuns1764320000000';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of UP) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const statement of DOWN) await runner.query(statement);
  }
}
