import type { MigrationInterface, QueryRunner } from 'typeorm';

const UP = [
  `create table runs (
    id text not null,
    config jsonb not null,
    status text not null,
    reason text not null,
    message text not null,
    error jsonb,
    generation int not null default 0,
    restarts int not null default 0,
    restarts_since_checkpoint int not null default 0,
    not_before timestamptz(3),
    cancel_requested_at timestamptz(3),
    world_size int,
    engine text,
    step int not null default 0,
    num_classes int,
    checkpoint_id text,
    model jsonb,
    event_seq int not null default 0,
    created_at timestamptz(3) not null default now(),
    admitted_at timestamptz(3),
    started_at timestamptz(3),
    finished_at timestamptz(3),
    constraint runs_pkey primary key (id),
    constraint runs_status check
      (status in ('queued', 'starting', 'running', 'succeeded', 'failed', 'canceling', 'canceled'))
  )`,
  `create index runs_created on runs (created_at, id)`,
  `create index runs_unfinished on runs (status) where status not in ('succeeded', 'failed', 'canceled')`,

  `create table run_events (
    run_id text not null,
    seq int not null,
    type text not null,
    data jsonb not null,
    at timestamptz(3) not null,
    constraint run_events_pkey primary key (run_id, seq),
    constraint run_events_run foreign key (run_id) references runs (id) on delete cascade
  )`,
  `create index run_events_progress on run_events (run_id) where type = 'progress'`,

  `create table generations (
    run_id text not null,
    generation int not null,
    world_size int not null,
    start_step int not null,
    checkpoint_id text,
    state text not null,
    reason text,
    created_at timestamptz(3) not null default now(),
    started_at timestamptz(3),
    ending_at timestamptz(3),
    ended_at timestamptz(3),
    constraint generations_pkey primary key (run_id, generation),
    constraint generations_state check (state in ('admitted', 'running', 'ending', 'ended')),
    constraint generations_run foreign key (run_id) references runs (id) on delete cascade
  )`,
  `create index generations_live on generations (state) where state <> 'ended'`,

  `create table ranks (
    run_id text not null,
    generation int not null,
    rank int not null,
    worker_id text,
    slot int,
    committed_seq int not null default -1,
    outcome text,
    error jsonb,
    last_step int,
    claimed_at timestamptz(3),
    finished_at timestamptz(3),
    constraint ranks_pkey primary key (run_id, generation, rank),
    constraint ranks_generation foreign key (run_id, generation) references generations (run_id, generation) on delete cascade
  )`,

  `create table reservations (
    run_id text not null,
    generation int not null,
    rank int not null,
    worker_id text,
    expires_at timestamptz(3) not null,
    constraint reservations_pkey primary key (run_id, generation, rank),
    constraint reservations_generation foreign key (run_id, generation)
      references generations (run_id, generation) on delete cascade
  )`,

  `create table metrics (
    run_id text not null,
    generation int not null,
    rank int not null,
    step int not null,
    name text not null,
    value double precision not null,
    constraint metrics_pkey primary key (run_id, generation, rank, step, name),
    constraint metrics_run foreign key (run_id) references runs (id) on delete cascade
  )`,

  `create table verifications (
    run_id text not null,
    generation int not null,
    step int not null,
    subject text not null,
    target text not null,
    scores jsonb not null,
    at timestamptz(3) not null default now(),
    constraint verifications_pkey primary key (run_id, generation, step, subject, target),
    constraint verifications_run foreign key (run_id) references runs (id) on delete cascade
  )`,

  `create table checkpoints (
    id text not null,
    run_id text not null,
    generation int not null,
    step int not null,
    manifest jsonb not null,
    accepted_at timestamptz(3) not null default now(),
    constraint checkpoints_pkey primary key (id),
    constraint checkpoints_run_generation_step unique (run_id, generation, step),
    constraint checkpoints_run foreign key (run_id) references runs (id) on delete cascade
  )`,

  `create table webhook_endpoints (
    id text not null,
    run_id text,
    url text not null,
    secret text not null,
    events text[],
    disabled_at timestamptz(3),
    created_at timestamptz(3) not null default now(),
    constraint webhook_endpoints_pkey primary key (id),
    constraint webhook_endpoints_run foreign key (run_id) references runs (id) on delete cascade
  )`,
  `create index webhook_endpoints_by_run on webhook_endpoints (run_id)`,

  `create table webhook_deliveries (
    id text not null,
    endpoint_id text not null,
    run_id text not null,
    event_type text not null,
    body text not null,
    state text not null default 'pending',
    attempts int not null default 0,
    next_attempt_at timestamptz(3),
    last_attempt_at timestamptz(3),
    last_status int,
    last_error text,
    created_at timestamptz(3) not null default now(),
    delivered_at timestamptz(3),
    constraint webhook_deliveries_pkey primary key (id),
    constraint webhook_deliveries_state check (state in ('pending', 'delivered', 'failed')),
    constraint webhook_deliveries_endpoint foreign key (endpoint_id) references webhook_endpoints (id) on delete cascade,
    constraint webhook_deliveries_run foreign key (run_id) references runs (id) on delete cascade
  )`,
  `create index webhook_deliveries_due on webhook_deliveries (next_attempt_at) where state = 'pending'`,
  `create index webhook_deliveries_by_run on webhook_deliveries (run_id)`,
  `create index webhook_deliveries_by_endpoint on webhook_deliveries (endpoint_id)`,

  `create table idempotency_keys (
    key text not null,
    route text not null,
    fingerprint text not null,
    status int not null,
    response jsonb not null,
    expires_at timestamptz(3) not null,
    constraint idempotency_keys_pkey primary key (key, route)
  )`,
  `create index idempotency_keys_expiry on idempotency_keys (expires_at)`,
];

/** Children before parents. */
const TABLES = [
  'idempotency_keys',
  'webhook_deliveries',
  'webhook_endpoints',
  'checkpoints',
  'verifications',
  'metrics',
  'reservations',
  'ranks',
  'generations',
  'run_events',
  'runs',
];

export class CreateTables1764000000000 implements MigrationInterface {
  readonly name = 'CreateTables1764000000000';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of UP) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of TABLES) await runner.query(`drop table ${table}`);
  }
}
