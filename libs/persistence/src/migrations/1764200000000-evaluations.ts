import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Ids of models that were there before; same alphabet as `newId`. */
const NEW_MODEL_ID = `'mdl_' || (select string_agg(substr('0123456789abcdefghjkmnpqrstvwxyz', 1 + floor(random() * 32)::int, 1), '')
   from generate_series(1, 20) where m.place is not null)`;

const UP = [
  `alter table runs add column kind text not null default 'training'`,
  `alter table runs add constraint runs_kind check (kind in ('training', 'evaluation', 'embedding'))`,
  `alter table runs add column model_id text`,
  `alter table runs add column opened_model jsonb`,
  `alter table runs add column result jsonb`,
  `drop index runs_created`,
  `create index runs_created on runs (kind, created_at, id)`,
  `create index runs_by_model on runs (model_id)`,

  `create table models (
    id text not null,
    run_id text not null,
    generation int not null,
    step int not null,
    folder text not null,
    network text not null,
    embedding_size int not null,
    files jsonb not null,
    accuracies jsonb not null,
    is_best boolean not null,
    is_last boolean not null,
    created_at timestamptz(3) not null default now(),
    deleted_at timestamptz(3),
    constraint models_pkey primary key (id),
    constraint models_run foreign key (run_id) references runs (id) on delete cascade
  )`,
  `create index models_by_run on models (run_id)`,
  `create index models_created on models (created_at, id)`,
  // One after the other, as they were written.
  `insert into models (id, run_id, generation, step, folder, network, embedding_size, files, accuracies, is_best, is_last, created_at)
   select ${NEW_MODEL_ID}, r.id, (m.model->>'generation')::int, (m.model->>'step')::int, m.model->>'folder',
          coalesce(r.config->'network'->>'name', 'y1'), coalesce((r.config->'network'->>'embeddingSize')::int, 512),
          m.model->'files', m.model->'accuracies', (m.model->>'isBest')::boolean, (m.model->>'isLast')::boolean,
          coalesce(r.started_at, r.created_at) + m.place * interval '1 millisecond'
     from runs r, jsonb_array_elements(r.models) with ordinality as m (model, place)`,
  `alter table runs drop column models`,

  `create table evaluation_scores (
    run_id text not null,
    generation int not null,
    target text not null,
    protocol text not null,
    scores jsonb not null,
    at timestamptz(3) not null default now(),
    constraint evaluation_scores_pkey primary key (run_id, generation, target),
    constraint evaluation_scores_run foreign key (run_id) references runs (id) on delete cascade
  )`,
];

/** Runs of other kinds have no place in the schema of before. */
const DOWN = [
  `drop table evaluation_scores`,
  `delete from runs where kind <> 'training'`,
  `alter table runs add column models jsonb not null default '[]'`,
  `update runs r set models = coalesce((
     select jsonb_agg(jsonb_build_object('generation', m.generation, 'step', m.step, 'folder', m.folder, 'files', m.files,
              'accuracies', m.accuracies, 'isBest', m.is_best, 'isLast', m.is_last) order by m.created_at, m.step, m.id)
       from models m where m.run_id = r.id and m.deleted_at is null), '[]')`,
  `drop table models`,
  `drop index runs_by_model`,
  `drop index runs_created`,
  `create index runs_created on runs (created_at, id)`,
  `alter table runs drop column result`,
  `alter table runs drop column opened_model`,
  `alter table runs drop column model_id`,
  `alter table runs drop constraint runs_kind`,
  `alter table runs drop column kind`,
];

/** Evaluations and requests for embeddings are runs of another kind; models are rows with ids. */
export class Evaluations1764200000000 implements MigrationInterface {
  readonly name = 'Evaluations1764200000000';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of UP) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const statement of DOWN) await runner.query(statement);
  }
}
