import type { MigrationInterface, QueryRunner } from 'typeorm';

const UP = [
  `create table schedules (
    id text not null,
    name text not null,
    cron text not null,
    timezone text not null,
    evaluation jsonb not null,
    overlap text not null,
    missed text not null,
    grace_seconds int not null,
    margin jsonb,
    paused_at timestamptz(3),
    next_at timestamptz(3),
    revision int not null default 1,
    created_at timestamptz(3) not null default now(),
    updated_at timestamptz(3) not null default now(),
    constraint schedules_pkey primary key (id),
    constraint schedules_overlap check (overlap in ('skip', 'queue', 'replace')),
    constraint schedules_missed check (missed in ('skip', 'run_once'))
  )`,
  `create unique index schedules_name on schedules (name)`,
  `create index schedules_created on schedules (created_at, id)`,
  `create index schedules_paused on schedules (created_at, id) where paused_at is not null`,
  `create index schedules_due on schedules (next_at) where next_at is not null`,

  `create table schedule_fires (
    id text not null,
    schedule_id text not null,
    scheduled_at timestamptz(3) not null,
    fired_at timestamptz(3) not null,
    trigger text not null,
    outcome text not null,
    reason text not null,
    message text not null,
    revision int not null,
    constraint schedule_fires_pkey primary key (id),
    constraint schedule_fires_schedule foreign key (schedule_id) references schedules (id) on delete cascade,
    constraint schedule_fires_trigger check (trigger in ('cron', 'manual')),
    constraint schedule_fires_outcome check (outcome in ('started', 'waiting', 'skipped', 'missed'))
  )`,
  `create unique index schedule_fires_once on schedule_fires (schedule_id, scheduled_at) where trigger = 'cron'`,
  `create index schedule_fires_listed on schedule_fires (schedule_id, scheduled_at, id)`,
  `create index schedule_fires_started on schedule_fires (schedule_id, fired_at) where outcome = 'started'`,
  `create unique index schedule_fires_waiting on schedule_fires (schedule_id) where outcome = 'waiting'`,

  `create table schedule_evaluations (
    run_id text not null,
    fire_id text not null,
    constraint schedule_evaluations_pkey primary key (run_id),
    constraint schedule_evaluations_run foreign key (run_id) references runs (id) on delete cascade,
    constraint schedule_evaluations_fire foreign key (fire_id) references schedule_fires (id) on delete cascade
  )`,
  `create index schedule_evaluations_by_fire on schedule_evaluations (fire_id)`,

  // What a result is compared with: earlier results of a model, newest first.
  `alter table evaluation_scores add column digest text`,
  `create index runs_evaluated on runs (model_id, finished_at, id) where kind = 'evaluation' and status = 'succeeded'`,
  `create table evaluation_regressions (
    run_id text not null,
    target text not null,
    metric text not null,
    against text not null,
    alias text not null,
    changed text[] not null,
    baseline_model_id text not null,
    baseline_evaluation_id text not null,
    baseline double precision not null,
    current double precision not null,
    margin double precision not null,
    margin_from text not null,
    constraint evaluation_regressions_pkey primary key (run_id, target, metric, against, alias),
    constraint evaluation_regressions_run foreign key (run_id) references runs (id) on delete cascade,
    constraint evaluation_regressions_against check (against in ('alias', 'itself'))
  )`,
];

const DOWN = [
  `drop table evaluation_regressions`,
  `drop index runs_evaluated`,
  `alter table evaluation_scores drop column digest`,
  `drop table schedule_evaluations`,
  `drop table schedule_fires`,
  `drop table schedules`,
];

/** Stored models are evaluated anew at set times; a result that fell is kept beside the scores. */
export class Schedules1764350000000 implements MigrationInterface {
  readonly name = 'Schedules1764350000000';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of UP) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const statement of DOWN) await runner.query(statement);
  }
}
