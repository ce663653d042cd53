import { ArcFleetError } from '#contracts';
import { DataSource } from 'typeorm';
import { ApiKeyEntity } from './entities/api-key.entity.js';
import { AuditEventEntity } from './entities/audit-event.entity.js';
import { CheckpointEntity } from './entities/checkpoint.entity.js';
import { CountChangeEntity, CountEntity } from './entities/count.entity.js';
import { DatasetEntity } from './entities/dataset.entity.js';
import { EvaluationRegressionEntity } from './entities/evaluation-regression.entity.js';
import { EvaluationScoreEntity } from './entities/evaluation-score.entity.js';
import { FleetStatusEntity } from './entities/fleet-status.entity.js';
import { GenerationEntity } from './entities/generation.entity.js';
import { IdempotencyKeyEntity } from './entities/idempotency-key.entity.js';
import { MetricEntity } from './entities/metric.entity.js';
import { ModelAliasEntity } from './entities/model-alias.entity.js';
import { ModelExportEntity } from './entities/model-export.entity.js';
import { ModelEntity } from './entities/model.entity.js';
import { RankEntity } from './entities/rank.entity.js';
import { ReservationEntity } from './entities/reservation.entity.js';
import { RunEventEntity } from './entities/run-event.entity.js';
import { RunLabelEntity } from './entities/run-label.entity.js';
import { RunLogEntity, RunLogHeadEntity } from './entities/run-log.entity.js';
import { RunEntity } from './entities/run.entity.js';
import { ScheduleEvaluationEntity, ScheduleFireEntity } from './entities/schedule-fire.entity.js';
import { ScheduleEntity } from './entities/schedule.entity.js';
import { VerificationEntity } from './entities/verification.entity.js';
import { WebhookAttemptEntity } from './entities/webhook-attempt.entity.js';
import { WebhookDeliveryEntity } from './entities/webhook-delivery.entity.js';
import { WebhookEndpointEntity } from './entities/webhook-endpoint.entity.js';
import { WorkerEntity } from './entities/worker.entity.js';
import { CreateTables1764000000000 } from './migrations/1764000000000-create-tables.js';
import { KeepModels1764100000000 } from './migrations/1764100000000-keep-models.js';
import { Evaluations1764200000000 } from './migrations/1764200000000-evaluations.js';
import { TasksAndAudit1764300000000 } from './migrations/1764300000000-tasks-and-audit.js';
import { ApiKeys1764310000000 } from './migrations/1764310000000-api-keys.js';
import { SearchRuns1764320000000 } from './migrations/1764320000000-search-runs.js';
import { LogsWorkersCounts1764330000000 } from './migrations/1764330000000-logs-workers-counts.js';
import { Webhooks1764340000000 } from './migrations/1764340000000-webhooks.js';
import { Schedules1764350000000 } from './migrations/1764350000000-schedules.js';
import { ModelRegistry1764360000000 } from './migrations/1764360000000-model-registry.js';
import { Datasets1764370000000 } from './migrations/1764370000000-datasets.js';
import { DueFirst1764381000000 } from './migrations/1764381000000-due-first.js';

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
  DatasetEntity,
  ModelAliasEntity,
  ModelExportEntity,
  EvaluationScoreEntity,
  EvaluationRegressionEntity,
  ScheduleEntity,
  ScheduleFireEntity,
  ScheduleEvaluationEntity,
  WebhookEndpointEntity,
  WebhookDeliveryEntity,
  WebhookAttemptEntity,
  IdempotencyKeyEntity,
  AuditEventEntity,
  RunLogHeadEntity,
  RunLogEntity,
  WorkerEntity,
  FleetStatusEntity,
  CountEntity,
  CountChangeEntity,
  ApiKeyEntity,
];

/** In the order of their times. One that was released is never edited: what changes is a further one. */
const MIGRATIONS = [
  CreateTables1764000000000,
  KeepModels1764100000000,
  Evaluations1764200000000,
  TasksAndAudit1764300000000,
  ApiKeys1764310000000,
  SearchRuns1764320000000,
  LogsWorkersCounts1764330000000,
  Webhooks1764340000000,
  Schedules1764350000000,
  ModelRegistry1764360000000,
  Datasets1764370000000,
  DueFirst1764381000000,
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
