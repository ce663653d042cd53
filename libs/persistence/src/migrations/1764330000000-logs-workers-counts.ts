import type { MigrationInterface, QueryRunner } from 'typeorm';

const UP = [
  `create table run_log_heads (
    run_id text not null,
    last_seq int not null default 0,
    bytes int not null default 0,
    is_full boolean not null default false,
    cursors jsonb not null default '{}',
    last_at timestamptz(3) not null,
    constraint run_log_heads_pkey primary key (run_id),
    constraint run_log_heads_run foreign key (run_id) references runs (id) on delete cascade
  )`,
  `create index run_log_heads_age on run_log_heads (last_at)`,
  `create table run_logs (
    run_id text not null,
    seq int not null,
    at timestamptz(3) not null,
    generation int not null,
    rank int not null,
    level text not null,
    message text not null,
    fields jsonb,
    constraint run_logs_pkey primary key (run_id, seq),
    constraint run_logs_head foreign key (run_id) references run_log_heads (run_id) on delete cascade
  )`,
  `create index run_logs_warnings on run_logs (run_id, seq) where level in ('warn', 'error')`,

  `create table workers (
    id text not null,
    host text not null,
    version text not null,
    engine text not null,
    state text not null,
    slots int not null,
    busy jsonb not null,
    started_at timestamptz(3) not null,
    last_seen_at timestamptz(3) not null,
    drain_requested_at timestamptz(3),
    constraint workers_pkey primary key (id),
    constraint workers_state check (state in ('live', 'draining', 'left', 'lost'))
  )`,
  `create index workers_started on workers (started_at, id)`,
  `create index workers_present on workers (state) where state in ('live', 'draining')`,
  `create index ranks_failed on ranks (worker_id, finished_at) where outcome = 'failed'`,

  `create table fleet_status (
    id int not null,
    total_slots int not null,
    free_slots int not null,
    reserved_ranks int not null,
    waiting_ranks int not null,
    num_waiting int not null,
    waiting jsonb not null,
    waiting_since timestamptz(3),
    at timestamptz(3) not null,
    constraint fleet_status_pkey primary key (id),
    constraint fleet_status_one check (id = 1)
  )`,

  `create table counts (
    subject text not null,
    kind text not null,
    state text not null,
    n bigint not null,
    constraint counts_pkey primary key (subject, kind, state)
  )`,
  // Changes are rows of their own until somebody adds them up: a row that every transition updates would make them wait for each other.
  `create table count_changes (
    id bigint generated always as identity,
    subject text not null,
    kind text not null,
    state text not null,
    n int not null,
    constraint count_changes_pkey primary key (id)
  )`,
  `create index webhook_deliveries_pending on webhook_deliveries (created_at) where state = 'pending'`,

  `create function count_run_status() returns trigger language plpgsql as $$
  begin
    if tg_op <> 'INSERT' then
      insert into count_changes (subject, kind, state, n) values ('run', old.kind, old.status, -1);
    end if;
    if tg_op <> 'DELETE' then
      insert into count_changes (subject, kind, state, n) values ('run', new.kind, new.status, 1);
    end if;
    return null;
  end $$`,
  `create trigger runs_counted after insert or delete on runs for each row execute function count_run_status()`,
  `create trigger runs_status_counted after update of status on runs for each row
    when (old.status is distinct from new.status) execute function count_run_status()`,
  `create function count_delivery_state() returns trigger language plpgsql as $$
  begin
    if tg_op <> 'INSERT' then
      insert into count_changes (subject, kind, state, n) values ('delivery', '', old.state, -1);
    end if;
    if tg_op <> 'DELETE' then
      insert into count_changes (subject, kind, state, n) values ('delivery', '', new.state, 1);
    end if;
    return null;
  end $$`,
  `create trigger webhook_deliveries_counted after insert or delete on webhook_deliveries
    for each row execute function count_delivery_state()`,
  `create trigger webhook_deliveries_state_counted after update of state on webhook_deliveries for each row
    when (old.state is distinct from new.state) execute function count_delivery_state()`,
  // Rows that go by truncation fire no row triggers.
  `create function forget_counts() returns trigger language plpgsql as $$
  begin
    delete from counts where subject = tg_argv[0];
    delete from count_changes where subject = tg_argv[0];
    return null;
  end $$`,
  `create trigger runs_truncated after truncate on runs for each statement execute function forget_counts('run')`,
  `create trigger webhook_deliveries_truncated after truncate on webhook_deliveries
    for each statement execute function forget_counts('delivery')`,
  `insert into counts (subject, kind, state, n) select 'run', kind, status, count(*) from runs group by kind, status`,
  `insert into counts (subject, kind, state, n) select 'delivery', '', state, count(*) from webhook_deliveries group by state`,
];

const DOWN = [
  `drop trigger webhook_deliveries_truncated on webhook_deliveries`,
  `drop trigger webhook_deliveries_state_counted on webhook_deliveries`,
  `drop trigger webhook_deliveries_counted on webhook_deliveries`,
  `drop trigger runs_truncated on runs`,
  `drop trigger runs_status_counted on runs`,
  `drop trigger runs_counted on runs`,
  `drop function forget_counts()`,
  `drop function count_delivery_state()`,
  `drop function count_run_status()`,
  `drop index webhook_deliveries_pending`,
  `drop table count_changes`,
  `drop table counts`,
  `drop table fleet_status`,
  `drop index ranks_failed`,
  `drop table workers`,
  `drop table run_logs`,
  `drop table run_log_heads`,
];

/** Logs of ranks, what is known of workers, what runs wait for, and numbers of runs and deliveries that nobody has to count. */
export class LogsWorkersCounts1764330000000 implements MigrationInterface {
  readonly name = 'LogsWorkersCounts1764330000000';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of UP) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const statement of DOWN) await runner.query(statement);
  }
}
