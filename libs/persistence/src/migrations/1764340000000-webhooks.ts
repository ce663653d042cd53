import type { MigrationInterface, QueryRunner } from 'typeorm';

const UP = [
  `alter table webhook_endpoints
     add column description text not null default '',
     add column labels jsonb,
     add column revision int not null default 1,
     add column previous_secret text,
     add column previous_secret_until timestamptz(3),
     add column disabled_reason text,
     add column failing_since timestamptz(3),
     add column throttles int not null default 0,
     add column throttled_until timestamptz(3),
     add column updated_at timestamptz(3) not null default now()`,
  `update webhook_endpoints set updated_at = created_at`,
  // Until now only an answer of 410 disabled an endpoint.
  `update webhook_endpoints set disabled_reason = 'gone' where disabled_at is not null`,
  `alter table webhook_endpoints add constraint webhook_endpoints_disabled
     check ((disabled_at is null) = (disabled_reason is null))`,
  `drop index webhook_endpoints_by_run`,
  `create index webhook_endpoints_by_run on webhook_endpoints (run_id, created_at, id)`,
  `create index webhook_endpoints_overlap on webhook_endpoints (previous_secret_until) where previous_secret is not null`,

  `alter table webhook_deliveries
     add column series int not null default 1,
     add column series_attempts int not null default 0,
     add column lease text,
     add column leased_until timestamptz(3)`,
  `update webhook_deliveries set series_attempts = attempts`,
  `drop index webhook_deliveries_due`,
  `drop index webhook_deliveries_by_endpoint`,
  `create index webhook_deliveries_due on webhook_deliveries (endpoint_id, next_attempt_at, id) where state = 'pending'`,
  `create index webhook_deliveries_leased on webhook_deliveries (endpoint_id) where leased_until is not null`,
  `create index webhook_deliveries_by_endpoint on webhook_deliveries (endpoint_id, created_at, id)`,
  `create index webhook_deliveries_by_state on webhook_deliveries (endpoint_id, state, created_at, id)`,
  `create index webhook_deliveries_by_event on webhook_deliveries (endpoint_id, event_type, created_at, id)`,
  `create index webhook_deliveries_ended on webhook_deliveries (created_at) where state <> 'pending'`,

  `create table webhook_attempts (
    delivery_id text not null,
    number int not null,
    at timestamptz(3) not null,
    duration_ms int not null,
    status int,
    error text,
    answer text,
    constraint webhook_attempts_pkey primary key (delivery_id, number),
    constraint webhook_attempts_delivery foreign key (delivery_id) references webhook_deliveries (id) on delete cascade
  )`,
];

const DOWN = [
  `drop table webhook_attempts`,
  `drop index webhook_deliveries_ended`,
  `drop index webhook_deliveries_by_event`,
  `drop index webhook_deliveries_by_state`,
  `drop index webhook_deliveries_by_endpoint`,
  `drop index webhook_deliveries_leased`,
  `drop index webhook_deliveries_due`,
  `create index webhook_deliveries_due on webhook_deliveries (next_attempt_at) where state = 'pending'`,
  `create index webhook_deliveries_by_endpoint on webhook_deliveries (endpoint_id)`,
  `alter table webhook_deliveries drop column series, drop column series_attempts, drop column lease, drop column leased_until`,
  `drop index webhook_endpoints_overlap`,
  `drop index webhook_endpoints_by_run`,
  `create index webhook_endpoints_by_run on webhook_endpoints (run_id)`,
  `alter table webhook_endpoints drop constraint webhook_endpoints_disabled`,
  `alter table webhook_endpoints drop column description, drop column labels, drop column revision, drop column previous_secret,
     drop column previous_secret_until, drop column disabled_reason, drop column failing_since, drop column throttles,
     drop column throttled_until, drop column updated_at`,
];

/** Endpoints that are registered and edited, deliveries that are sent again, a log of attempts. */
export class Webhooks1764340000000 implements MigrationInterface {
  readonly name = 'Webhooks1764340000000';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of UP) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const statement of DOWN) await runner.query(statement);
  }
}
