export { appendAudit } from './audit.js';
export type { NewAuditEvent } from './audit.js';
export { CHANNELS } from './channels.js';
export type { Channel } from './channels.js';
export { createDataSource, ENTITIES, isSchemaCurrent, runMigrations, waitForSchema } from './data-source.js';
export type { DataSourceOptions } from './data-source.js';
export { ApiKeyEntity } from './entities/api-key.entity.js';
export { AuditEventEntity } from './entities/audit-event.entity.js';
export { CheckpointEntity } from './entities/checkpoint.entity.js';
export { DatasetEntity } from './entities/dataset.entity.js';
export { EvaluationRegressionEntity } from './entities/evaluation-regression.entity.js';
export { EvaluationScoreEntity } from './entities/evaluation-score.entity.js';
export { GenerationEntity } from './entities/generation.entity.js';
export type { GenerationState } from './entities/generation.entity.js';
export { IdempotencyKeyEntity } from './entities/idempotency-key.entity.js';
export { MetricEntity } from './entities/metric.entity.js';
export { ModelAliasEntity } from './entities/model-alias.entity.js';
export { ModelExportEntity } from './entities/model-export.entity.js';
export type { ExportState } from './entities/model-export.entity.js';
export { ModelEntity } from './entities/model.entity.js';
export { RankEntity } from './entities/rank.entity.js';
export type { RankOutcome } from './entities/rank.entity.js';
export { ReservationEntity } from './entities/reservation.entity.js';
export { RunEventEntity } from './entities/run-event.entity.js';
export { RunLabelEntity } from './entities/run-label.entity.js';
export { RunEntity } from './entities/run.entity.js';
export { ScheduleEvaluationEntity, ScheduleFireEntity } from './entities/schedule-fire.entity.js';
export { ScheduleEntity } from './entities/schedule.entity.js';
export { VerificationEntity } from './entities/verification.entity.js';
export { WebhookAttemptEntity } from './entities/webhook-attempt.entity.js';
export { WebhookDeliveryEntity } from './entities/webhook-delivery.entity.js';
export { WebhookEndpointEntity } from './entities/webhook-endpoint.entity.js';
export { RunLogEntity, RunLogHeadEntity } from './entities/run-log.entity.js';
export { WorkerEntity } from './entities/worker.entity.js';
export type { WaitingRun } from './entities/fleet-status.entity.js';
export { newId } from './ids.js';
export { hashSecret, parseToken } from './key-token.js';
export type { ParsedToken } from './key-token.js';
export { startListener } from './listener.js';
export type { Listener, ListenerOptions } from './listener.js';
export { appendRunEvent, findRunEvents } from './run-events.js';
export type { NewRunEvent } from './run-events.js';
export { transitionRun } from './transition-run.js';
export type { TransitionDetails, TransitionResult } from './transition-run.js';
export { enqueueWebhook, enqueueWebhookTo, isFinalEvent, webhookTypeOf } from './webhook-outbox.js';
export type { WebhookNews } from './webhook-outbox.js';
export { listAuditEvents } from './repositories/audit.repository.js';
export type { AuditFilter } from './repositories/audit.repository.js';
export { ensureFirstKey } from './repositories/first-key.js';
export type { FirstKeyStore } from './repositories/first-key.js';
export {
  createKey,
  findStoredKey,
  getKey,
  listKeys,
  lockKey,
  revokeKey,
  rotateKey,
  touchKey,
  updateKey,
} from './repositories/keys.repository.js';
export type { IssuedKey, KeyDetails, NewKey, StoredKey } from './repositories/keys.repository.js';
export { admitRun, findQueuedRuns, getGenerationStart, listReservedSlots } from './repositories/admission.repository.js';
export type { GenerationStart, QueuedRun, QueueWindow } from './repositories/admission.repository.js';
export {
  changeDataset,
  deleteDataset,
  findDatasetFacts,
  getDataset,
  getDatasetDetails,
  listDatasets,
  registerDataset,
  revalidateDataset,
  useDataset,
} from './repositories/datasets.repository.js';
export type { DatasetFilters, StoredDataset, StoredDatasetDetails } from './repositories/datasets.repository.js';
export { foldCounts, readFleetNumbers } from './repositories/counts.repository.js';
export type { FleetNumbers } from './repositories/counts.repository.js';
export {
  claimDeliveries,
  disableEndpoint,
  findLeftBehind,
  forgetDeliveries,
  forgetSecrets,
  giveUpIfDisabled,
  recordAttempt,
} from './repositories/deliveries.repository.js';
export type {
  AttemptContext,
  AttemptFacts,
  AttemptVerdict,
  ClaimedDelivery,
  ClaimOptions,
} from './repositories/deliveries.repository.js';
export { getDelivery, listDeliveries, listWebhookDeliveries } from './repositories/delivery-log.repository.js';
export type { DeliveryFilter, DeliveryLogEntry } from './repositories/delivery-log.repository.js';
export {
  cancelStaleEmbeddings,
  createEmbeddingRequest,
  EMBEDDINGS_KEPT_MS,
  EMBEDDINGS_QUEUED_MS,
  forgetEmbeddings,
  getEmbeddingRequest,
  MAX_UNFINISHED_EMBEDDINGS,
} from './repositories/embeddings.repository.js';
export type { EmbeddingDetails } from './repositories/embeddings.repository.js';
export { pinEvaluationData } from './repositories/evaluation-data.js';
export { createEvaluation, getEvaluation, getEvaluationScores, listEvaluations } from './repositories/evaluations.repository.js';
export type { EvaluationDetails } from './repositories/evaluations.repository.js';
export { findWaitingMessage, writeFleetStatus } from './repositories/fleet-status.repository.js';
export type { FleetStatus } from './repositories/fleet-status.repository.js';
export {
  beginEnding,
  cancelWaitingRuns,
  endGeneration,
  findLiveGenerations,
  renewReservations,
} from './repositories/generations.repository.js';
export type { LiveGeneration, LiveRank, RunVerdict } from './repositories/generations.repository.js';
export { once } from './repositories/idempotency.repository.js';
export type { IdempotencyRequest, StoredAnswer } from './repositories/idempotency.repository.js';
export { forgetAuditEvents, forgetFires, KEPT_FIRES } from './repositories/history.repository.js';
export { appendRunLogs, forgetLogs, getLogState, readRunLogs } from './repositories/logs.repository.js';
export type { LogFilter, LogQuery } from './repositories/logs.repository.js';
export { getMetricSeries } from './repositories/metrics.repository.js';
export type { SeriesOptions } from './repositories/metrics.repository.js';
export {
  findAliasHolder,
  findPreviousHolder,
  getAlias,
  listAliasHolders,
  removeAlias,
  setAlias,
} from './repositories/model-aliases.repository.js';
export type { AliasHolder, AliasMove } from './repositories/model-aliases.repository.js';
export { createImport, deleteModel, updateModel } from './repositories/model-changes.repository.js';
export { findExport, requestExport } from './repositories/model-exports.repository.js';
export type { ModelExport } from './repositories/model-exports.repository.js';
export { REMOVAL_RETRY_MS, removeDeletedModels } from './repositories/model-removal.repository.js';
export type { ModelUse } from './repositories/model-uses.js';
export { findModelScores, withDetails } from './repositories/model-details.repository.js';
export type { StoredModelDetails } from './repositories/model-details.repository.js';
export { MAX_SELECTED_MODELS, selectModels } from './repositories/model-selector.js';
export type { SelectedModel } from './repositories/model-selector.js';
export { checkReady, forgetModel, getModel, listModels, resolveModel } from './repositories/models.repository.js';
export type { ModelFilter, StoredModel } from './repositories/models.repository.js';
export type { Cursor, ListOptions } from './repositories/pages.js';
export { runPageStatement } from './repositories/run-page.js';
export type { RunFilters, RunLabel, Statement } from './repositories/run-page.js';
export { commitRecords } from './repositories/records.repository.js';
export type { CommitResult, RankWatermark } from './repositories/records.repository.js';
export { editRun, lockRunForEdit } from './repositories/edit-run.repository.js';
export type { EditableRun } from './repositories/edit-run.repository.js';
export { createRun, getRun, getRunStatus, getSourceRun, listRuns, requestCancel } from './repositories/runs.repository.js';
export type { RunDetails, RunPage, SourceRun } from './repositories/runs.repository.js';
export type { NewEndpoint } from './repositories/insert-run.js';
export {
  findLastFires,
  findWaitingSchedules,
  listFires,
  MAX_FIRE_EVALUATIONS,
  performFire,
  recordMissed,
  startWaitingFire,
} from './repositories/schedule-fires.repository.js';
export type { FireRequest } from './repositories/schedule-fires.repository.js';
export {
  createSchedule,
  deleteSchedule,
  findDueSchedules,
  findNextDueTime,
  getSchedule,
  listSchedules,
  listTicking,
  lockDueSchedule,
  moveSchedule,
  updateSchedule,
} from './repositories/schedules.repository.js';
export type { ScheduleFields, StoredSchedule } from './repositories/schedules.repository.js';
export { listSpeeds } from './repositories/speeds.repository.js';
export { createTask, getTask, listTasks } from './repositories/tasks.repository.js';
export type { TaskDetails } from './repositories/tasks.repository.js';
export {
  findDrainWishes,
  forgetWorkers,
  getWorker,
  listWorkers,
  markGoneWorkers,
  requestDrain,
  writeWorkers,
} from './repositories/workers.repository.js';
export type { SeenWorker, WorkerDetails } from './repositories/workers.repository.js';
export {
  changeWebhook,
  deleteWebhook,
  getWebhook,
  listWebhooks,
  lockWebhook,
  redeliver,
  registerWebhook,
  replayDeliveries,
} from './repositories/webhooks.repository.js';
export type { NewWebhook, Replayed } from './repositories/webhooks.repository.js';
