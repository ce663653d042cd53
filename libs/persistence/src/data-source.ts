import { ArcFleetError } from '#contracts';
import { DataSource } from 'typeorm';
import { AuditEventEntity } from './entities/audit-event.entity.js';
import { CheckpointEntity } from './entities/checkpoint.entity.js';
import { EvaluationScoreEntity } from './entities/evaluation-score.entity.js';
import { GenerationEntity } from './entities/generation.entity.js';
import { IdempotencyKeyEntity } from './entities/idempotency-key.entity.js';
import { MetricEntity } from './entities/metric.entity.js';
import { ModelEntity } from './entities/model.entity.js';
import { RankEntity } from './entities/rank.entity.js';
import { ReservationEntity } from './entities/reservation.entity.js';
import { RunEventEntity } from './entities/run-event.entity.js';
import { RunLabelEntity } from './entities/run-label.entity.js';
import { RunEntity } from './entities/run.entity.js';
import { VerificationEntity } from './entities/verification.entity.js';
import { WebhookDeliveryEntity } from './entities/webhook-delivery.entity.js';
import { WebhookEndpointEntity } from './entities/webhook-endpoint.entity.js';
import { CreateTables1764000000000 } from './migrations/1764000000000-create-tables.js';
import { KeepModels1764100000000 } from './migrations/1764100000000-keep-models.js';
import { Evaluations1764200000000 } from './migrations/1764200000000-evaluations.js';
import { TasksAndAudit1764300000000 } from './migrations/1764300000000-tasks-and-audit.js';
import { SearchRuns1764320000000 } from './migrations/1764320000000-search-runs.js';

/** Listed one by one: globs break in bundles and hide what belongs to the schema. */
export const ENTITIES = [
  RunEntity,
  RunLabelEntity,
  RunEventEntity,
  GenerationEntity,
  RankEntity,
  ReservationEntity,
  MetricEntity,
  VerificationEntity,
  CheckpointEntity,
  ModelEntity,
  EvaluationScoreEntity,
  WebhookEndpointEntity,
  WebhookDeliveryEntity,
  IdempotencyKeyEntity,
  AuditEventEntity,
];

/** In the order of their times. One that was released is never edited: what changes is a further one. */
const MIGRATIONS = [
  CreateTables1764000000000,
  KeepModels1764100000000,
  Evaluations1764200000000,
  TasksAndAudit1764300000000,
  SearchRuns1764320000000,
];

/** Key of the advisory lock under which migrations run: any constant of ours. */
const MIGRATION_LOCK = 0x41_46_00_01;

export interface DataSourceOptions {
  /** Shown in `pg_stat_activity`. */
  applicationName?: string;
  /** Most connections held. */
  poolSize?: number;
  /** A statement that takes longer is ended by the server. */
  statementTimeoutMs?: number;
}

/** A data source that is not yet connected (`initialize()` connects). It never creates or changes tables by itself. */
export function createDataSource(url: string, options: DataSourceOptions = {}): DataSource {
  return new DataSource({
    type: 'postgres',
    url,
    applicationName: options.applicationName ?? 'arcfleet',
    poolSize: options.poolSize ?? 8,
    entities: ENTITIES,
    migrations: MIGRATIONS,
    migrationsTableName: 'migrations',
    synchronize: false,
    connectTimeoutMS: 10_000,
    extra: { statement_timeout: options.statementTimeoutMs ?? 60_000, idle_in_transaction_session_timeout: 60_000 },
  });
}

/**
 * Brings the schema to the newest version. Safe to call from several processes at once: an advisory lock lets one work
 * and the others find nothing left to do. Only `results` calls it in production.
 */
export async function runMigrations(dataSource: DataSource): Promise<string[]> {
  const lock = dataSource.createQueryRunner();
  try {
    await lock.query('set statement_timeout = 0');
    await lock.query('select pg_advisory_lock($1)', [MIGRATION_LOCK]);
    try {
      const applied = await dataSource.runMigrations({ transaction: 'each' });
      return applied.map((migration) => migration.name);
    } finally {
      await lock.query('select pg_advisory_unlock($1)', [MIGRATION_LOCK]);
      await lock.query('reset statement_timeout');
    }
  } finally {
    await lock.release();
  }
}

/** True when every migration that this build knows has been applied. */
export async function isSchemaCurrent(dataSource: DataSource): Promise<boolean> {
  const rows: { exists: boolean }[] = await dataSource.query(`select to_regclass('migrations') is not null as exists`);
  if (rows[0]?.exists !== true) return false;
  const applied: { name: string }[] = await dataSource.query('select name from migrations');
  const names = new Set(applied.map((row) => row.name));
  return dataSource.migrations.every((migration) => names.has(migration.name ?? migration.constructor.name));
}

/**
 * Waits until `results` has migrated the database.
 * @throws ArcFleetError `unavailable` when that has not happened after `timeoutMs`.
 */
export async function waitForSchema(dataSource: DataSource, timeoutMs = 60_000): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  while (!(await isSchemaCurrent(dataSource))) {
    if (Date.now() >= deadline) {
      throw new ArcFleetError(
        'unavailable',
        `The database has no current schema after ${timeoutMs} ms; start the results service, it migrates.`,
      );
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
