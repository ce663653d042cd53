export { appendAudit } from './audit.js';
export type { NewAuditEvent } from './audit.js';
export { CHANNELS } from './channels.js';
export type { Channel } from './channels.js';
export { createDataSource, ENTITIES, isSchemaCurrent, runMigrations, waitForSchema } from './data-source.js';
export type { DataSourceOptions } from './data-source.js';
export { AuditEventEntity } from './entities/audit-event.entity.js';
export { CheckpointEntity } from './entities/checkpoint.entity.js';
export { EvaluationScoreEntity } from './entities/evaluation-score.entity.js';
export { GenerationEntity } from './entities/generation.entity.js';
export type { GenerationState } from './entities/generation.entity.js';
export { IdempotencyKeyEntity } from './entities/idempotency-key.entity.js';
export { MetricEntity } from './entities/metric.entity.js';
export { ModelEntity } from './entities/model.entity.js';
export { RankEntity } from './entities/rank.entity.js';
export type { RankOutcome } from './entities/rank.entity.js';
export { ReservationEntity } from './entities/reservation.entity.js';
export { RunEventEntity } from './entities/run-event.entity.js';
export { RunLabelEntity } from './entities/run-label.entity.js';
export { RunEntity } from './entities/run.entity.js';
export { VerificationEntity } from './entities/verification.entity.js';
export { WebhookDeliveryEntity } from './entities/webhook-delivery.entity.js';
export type { DeliveryState } from './entities/webhook-delivery.entity.js';
export { WebhookEndpointEntity } from './entities/webhook-endpoint.entity.js';
export { newId } from './ids.js';
export { startListener } from './listener.js';
export type { Listener, ListenerOptions } from './listener.js';
export { appendRunEvent, findRunEvents } from './run-events.js';
export type { NewRunEvent } from './run-events.js';
export { transitionRun } from './transition-run.js';
export type { TransitionDetails, TransitionResult } from './transition-run.js';
export { enqueueWebhook, isFinalEvent, webhookTypeOf } from './webhook-outbox.js';
export { admitRun, findQueuedRuns, getGenerationStart, listReservedSlots } from './repositories/admission.repository.js';
export type { GenerationStart, QueuedRun, QueueWindow } from './repositories/admission.repository.js';
export {
  findDueDeliveries,
  findNextDeliveryTime,
  leaseDelivery,
  listDeliveries,
  lockDueDelivery,
  recordAttempt,
} from './repositories/deliveries.repository.js';
export type { AttemptResult, DeliveryLogEntry, DueDelivery } from './repositories/deliveries.repository.js';
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
export { createEvaluation, getEvaluation, getEvaluationScores, listEvaluations } from './repositories/evaluations.repository.js';
export type { EvaluationDetails } from './repositories/evaluations.repository.js';
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
export { getMetricSeries } from './repositories/metrics.repository.js';
export type { SeriesOptions } from './repositories/metrics.repository.js';
export { getModel, getModelDetails, listModels } from './repositories/models.repository.js';
export type { StoredModel, StoredModelDetails } from './repositories/models.repository.js';
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
export { listSpeeds } from './repositories/speeds.repository.js';
export { createTask, getTask, listTasks } from './repositories/tasks.repository.js';
export type { TaskDetails } from './repositories/tasks.repository.js';
export type { WebhookNews } from './webhook-outbox.js';
