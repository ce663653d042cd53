import type { MigrationInterface, QueryRunner } from 'typeorm';

/** A run's name made fit for a model, else its network's: what `fitModelName` makes of new ones. */
const FIT_NAME = `coalesce(
  nullif(regexp_replace(left(regexp_replace(regexp_replace(lower(coalesce(r.config->>'name', '')),
    '[^a-z0-9._-]+', '-', 'g'), '^[._-]+', ''), 63), '[._-]+$', ''), ''),
  m.network)`;

const UP = [
  `alter table runs add column code_version text`,

  `alter table models alter column run_id drop not null`,
  `alter table models alter column generation drop not null`,
  `alter table models alter column step drop not null`,
  `alter table models alter column network drop not null`,
  `alter table models alter column embedding_size drop not null`,
  `alter table models add column name text`,
  `alter table models add column version int`,
  `alter table models add column labels jsonb not null default '{}'`,
  `alter table models add column description text not null default ''`,
  `alter table models add column state text not null default 'ready'`,
  `alter table models add column source text not null default 'run'`,
  `alter table models add column format text not null default 'arcfleet'`,
  `alter table models add column engine text`,
  `alter table models add column code_version text`,
  `alter table models add column task_id text`,
  `alter table models add column error jsonb`,
  `alter table models add column revision int not null default 1`,
  `alter table models add column files_gone_at timestamptz(3)`,
  `update models m set name = named.name, version = named.version, labels = named.labels, engine = named.engine
     from (select m.id, ${FIT_NAME} as name, coalesce(r.config->'labels', '{}') as labels, r.engine,
                  row_number() over (partition by ${FIT_NAME} order by m.created_at, m.step, m.id) as version
             from models m join runs r on r.id = m.run_id) named
    where named.id = m.id`,
  // Whoever threw those away has removed their files, too.
  `update models set files_gone_at = deleted_at where deleted_at is not null`,
  `alter table models alter column name set not null`,
  `alter table models alter column version set not null`,
  `alter table models add constraint models_state check (state in ('importing', 'ready', 'failed'))`,
  `alter table models add constraint models_source check (source in ('run', 'import'))`,
  `create unique index models_version on models (name, version)`,
  `create index models_by_name on models (name, created_at, id) where deleted_at is null`,
  `create index models_by_network on models (network, created_at, id) where deleted_at is null`,
  `create index models_by_state on models (state, created_at, id) where deleted_at is null`,
  `create index models_best on models (created_at, id) where is_best and deleted_at is null`,
  `create index models_by_label on models using gin (labels) where deleted_at is null`,
  `create index models_to_remove on models (deleted_at) where deleted_at is not null and files_gone_at is null`,

  // Every holder that an alias ever had; the one without an end holds it now.
  `create table model_aliases (
    name text not null,
    alias text not null,
    number int not null,
    model_id text not null,
    since timestamptz(3) not null,
    until timestamptz(3),
    set_by text not null,
    ended_by text,
    constraint model_aliases_pkey primary key (name, alias, number),
    constraint model_aliases_model foreign key (model_id) references models (id) on delete cascade
  )`,
  `create unique index model_aliases_current on model_aliases (alias, name) where until is null`,
  `create index model_aliases_by_model on model_aliases (model_id) where until is null`,

  `create table model_exports (
    model_id text not null,
    format text not null,
    state text not null,
    task_id text not null,
    folder text not null,
    files jsonb not null default '[]',
    error jsonb,
    created_at timestamptz(3) not null default now(),
    finished_at timestamptz(3),
    constraint model_exports_pkey primary key (model_id, format),
    constraint model_exports_model foreign key (model_id) references models (id) on delete cascade,
    constraint model_exports_format check (format in ('safetensors', 'onnx', 'mxnet')),
    constraint model_exports_state check (state in ('pending', 'ready', 'failed'))
  )`,
];

/** Models that no run has made have no place in the schema of before. */
const DOWN = [
  `drop table model_exports`,
  `drop table model_aliases`,
  `delete from models where run_id is null`,
  ...['to_remove', 'by_label', 'best', 'by_state', 'by_network', 'by_name', 'version'].map((name) => `drop index models_${name}`),
  `alter table models drop constraint models_source`,
  `alter table models drop constraint models_state`,
  ...[
    'files_gone_at',
    'revision',
    'error',
    'task_id',
    'code_version',
    'engine',
    'format',
    'source',
    'state',
    'description',
    'labels',
    'version',
    'name',
  ].map((name) => `alter table models drop column ${name}`),
  ...['embedding_size', 'network', 'step', 'generation', 'run_id'].map(
    (name) => `alter table models alter column ${name} set not null`,
  ),
  `alter table runs drop column code_version`,
];

/** Models are versions under a name, with labels, aliases and their history; they may come from elsewhere and be exported. */
export class ModelRegistry1764360000000 implements MigrationInterface {
  readonly name = 'ModelRegistry1764360000000';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of UP) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const statement of DOWN) await runner.query(statement);
  }
}
