import type { MigrationInterface, QueryRunner } from 'typeorm';

const UP = [
  `create table api_keys (
    id text not null,
    name text not null,
    hint text not null,
    secret_hash bytea not null,
    previous_hash bytea,
    previous_until timestamptz(3),
    grants text[] not null,
    revision int not null default 1,
    created_at timestamptz(3) not null default now(),
    created_by text not null,
    expires_at timestamptz(3),
    revoked_at timestamptz(3),
    last_used_at timestamptz(3),
    constraint api_keys_pkey primary key (id)
  )`,
  `create index api_keys_by_creation on api_keys (created_at, id)`,
  // Pages of the audit log by who asked and by what was done.
  `create index audit_events_by_actor on audit_events (actor, at, id)`,
  `create index audit_events_by_action on audit_events (action, at, id)`,
];

const DOWN = [`drop index audit_events_by_action`, `drop index audit_events_by_actor`, `drop table api_keys`];

/** Keys of the API: only the digest of their secret is kept. */
export class ApiKeys1764310000000 implements MigrationInterface {
  readonly name = 'ApiKeys1764310000000';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of UP) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const statement of DOWN) await runner.query(statement);
  }
}
