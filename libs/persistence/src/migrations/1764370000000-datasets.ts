import type { MigrationInterface, QueryRunner } from 'typeorm';

const UP = [
  `create table datasets (
    id text not null,
    name text not null,
    state text not null,
    path text not null,
    kind text not null,
    decode boolean not null,
    labels jsonb not null,
    description text not null,
    task_id text not null,
    facts jsonb,
    digest text,
    problems jsonb not null,
    num_problems int not null default 0,
    duplicate_of text,
    revision int not null default 1,
    created_at timestamptz(3) not null default now(),
    validated_at timestamptz(3),
    constraint datasets_pkey primary key (id),
    constraint datasets_duplicate_of foreign key (duplicate_of) references datasets (id) on delete cascade,
    constraint datasets_state check (state in ('validating', 'ready', 'invalid', 'failed', 'duplicate'))
  )`,
  `create index datasets_created on datasets (created_at, id)`,
  `create index datasets_by_name on datasets (name, created_at, id)`,
  // Under one name the same images are one version.
  `create unique index datasets_ready on datasets (name, digest) where state = 'ready'`,
  `create index datasets_newest on datasets (name, validated_at) where state = 'ready'`,
  `create index datasets_duplicates on datasets (duplicate_of) where duplicate_of is not null`,
  `create index datasets_labels on datasets using gin (labels jsonb_path_ops)`,

  `alter table runs add column dataset_id text`,
  `create index runs_by_dataset on runs (dataset_id, created_at, id) where dataset_id is not null`,
];

const DOWN = [`drop index runs_by_dataset`, `alter table runs drop column dataset_id`, `drop table datasets`];

/** Registered data sets, and which runs were made for them. */
export class Datasets1764370000000 implements MigrationInterface {
  readonly name = 'Datasets1764370000000';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of UP) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const statement of DOWN) await runner.query(statement);
  }
}
