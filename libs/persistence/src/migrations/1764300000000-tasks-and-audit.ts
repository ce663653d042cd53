import type { MigrationInterface, QueryRunner } from 'typeorm';

const UP = [
  `alter table runs drop constraint runs_kind`,
  `alter table runs add constraint runs_kind check (kind in ('training', 'evaluation', 'embedding', 'task'))`,
  // A webhook may tell of what is no run.
  `alter table webhook_deliveries alter column run_id drop not null`,

  `create table audit_events (
    id text not null,
    at timestamptz(3) not null default now(),
    actor text not null,
    action text not null,
    resource_id text not null,
    details jsonb not null,
    constraint audit_events_pkey primary key (id)
  )`,
  `create index audit_events_at on audit_events (at, id)`,
  `create index audit_events_by_resource on audit_events (resource_id, at)`,
];

const DOWN = [
  `drop table audit_events`,
  `delete from webhook_deliveries where run_id is null`,
  `alter table webhook_deliveries alter column run_id set not null`,
  `delete from runs where kind = 'task'`,
  `alter table runs drop constraint runs_kind`,
  `alter table runs add constraint runs_kind check (kind in ('training', 'evaluation', 'embedding'))`,
];

/** Tasks are runs of another kind; who changed what is kept. */
export class TasksAndAudit1764300000000 implements MigrationInterface {
  readonly name = 'TasksAndAudit1764300000000';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of UP) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const statement of DOWN) await runner.query(statement);
  }
}
