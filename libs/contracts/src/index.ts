export { auditEventSchema, auditListSchema } from './access/audit-view.js';
export type { AuditEvent, AuditList } from './access/audit-view.js';
export {
  createKeySchema,
  keyListSchema,
  keyViewSchema,
  keyWithTokenSchema,
  rotateKeySchema,
  updateKeySchema,
} from './access/key-view.js';
export type { CreateKey, KeyList, KeyView, KeyWithToken, RotateKey, UpdateKey } from './access/key-view.js';
export { GRANTS, isGranted, mayGive, SCOPED_RESOURCES, SCOPES } from './access/scopes.js';
export type { Grant, Scope, ScopedResource } from './access/scopes.js';
export { acceptsEpsilon, acceptsSqueezeExcitation, DATASET_KINDS, ENGINES, NETWORKS, NETWORK_NAMES, OUTPUTS } from './catalog.js';
export type { DatasetKind, EngineName, NetworkFacts, NetworkName, OutputName } from './catalog.js';
export { accuraciesSchema, checkpointManifestSchema, fileEntrySchema } from './checkpoint.js';
export type { Accuracies, BestModel, CheckpointManifest, FileEntry } from './checkpoint.js';
export {
  fillNormal,
  fillUniform,
  fillWords,
  normalAt,
  RANDOM_STREAMS,
  shuffledIndices,
  streamOf,
  uniformAt,
} from './counter-random.js';
export { datasetNameSchema, datasetRefSchema, parseDatasetRef } from './datasets/dataset-ref.js';
export type { DatasetRef } from './datasets/dataset-ref.js';
export {
  changeDatasetSchema,
  DATASET_STATES,
  datasetDetailsSchema,
  datasetListSchema,
  datasetViewSchema,
  registerDatasetSchema,
} from './datasets/dataset-view.js';
export type {
  ChangeDataset,
  DatasetDetails,
  DatasetList,
  DatasetState,
  DatasetView,
  RegisterDataset,
} from './datasets/dataset-view.js';
export { datasetFileSchema, pinnedDatasetSchema } from './datasets/pinned-dataset.js';
export type { DatasetFile, PinnedDataset } from './datasets/pinned-dataset.js';
export { ArcFleetError, ERRORS, errorFromReport, isErrorCode, reportError, withoutInsides } from './errors.js';
export type { ErrorCode, ErrorDefinition, ErrorReport } from './errors.js';
export {
  busySlotSchema,
  CONTROL_PREFIX,
  CONTROL_TTL_MS,
  controlKeys,
  fleetDemandSchema,
  generationCommandSchema,
  HEARTBEAT_MS,
  QUEUE_PREFIX,
  RESULTS_GROUP,
  WORKER_TTL_MS,
  workerRecordSchema,
} from './fleet.js';
export type { BusySlot, FleetDemand, GenerationCommand, WorkerRecord } from './fleet.js';
export {
  createEmbeddingsSchema,
  embeddingConfigSchema,
  embeddingResultSchema,
  MAX_IMAGE_PIXELS,
} from './evaluation/embedding-config.js';
export type { CreateEmbeddings, EmbeddingConfig, EmbeddingResult } from './evaluation/embedding-config.js';
export {
  createEvaluationSchema,
  evaluationConfigSchema,
  evaluationTargetSchema,
  modelReferenceSchema,
  verificationTargetOf,
  scheduledEvaluationSchema,
} from './evaluation/evaluation-config.js';
export type {
  CreateEvaluation,
  CreateEvaluationInput,
  EvaluationConfig,
  EvaluationConfigInput,
  EvaluationTarget,
  ModelReference,
  ResolvedModel,
  ScheduledEvaluation,
} from './evaluation/evaluation-config.js';
export { compareScores, MARGIN_SOURCES, marginsSchema } from './evaluation/compare-scores.js';
export type { Margins, MetricChange } from './evaluation/compare-scores.js';
export { evaluatedModelSchema, evaluationScoresSchema, scoreSummarySchema } from './evaluation/evaluation-scores.js';
export type { EvaluatedModel, EvaluationScores, ScoreHistogram, ScoresOf, ScoreSummary } from './evaluation/evaluation-scores.js';
export {
  createdEvaluationSchema,
  embeddingsAnswerSchema,
  embeddingViewSchema,
  evaluationListSchema,
  evaluationScoreListSchema,
  evaluationViewSchema,
  regressionSchema,
} from './evaluation/evaluation-view.js';
export type {
  CreatedEvaluation,
  EmbeddingsAnswer,
  EmbeddingView,
  EvaluationList,
  EvaluationScoreList,
  EvaluationView,
  Regression,
} from './evaluation/evaluation-view.js';
export {
  aliasHolderListSchema,
  FILE_FORMATS,
  modelAliasViewSchema,
  modelComparisonSchema,
  modelDetailsSchema,
  modelFilesSchema,
  modelListSchema,
  modelViewSchema,
  pendingFilesSchema,
} from './evaluation/model-view.js';
export type {
  AliasHolderList,
  FileFormat,
  ModelAliasView,
  ModelComparison,
  ModelDetails,
  ModelFiles,
  ModelList,
  ModelMetric,
  ModelView,
  PendingFiles,
} from './evaluation/model-view.js';
export {
  EXPORT_FORMATS,
  fitModelName,
  MODEL_REF_PATTERN,
  MODEL_SOURCES,
  MODEL_STATES,
  modelAliasSchema,
  modelNameSchema,
  modelRefSchema,
  parseModelRef,
} from './models/model-names.js';
export type { ExportFormat, ModelRef, ModelSource, ModelState } from './models/model-names.js';
export { importModelSchema, updateModelSchema } from './models/model-requests.js';
export type { ImportModel, UpdateModel } from './models/model-requests.js';
export { modelSelectorSchema } from './models/model-selector.js';
export type { ModelSelector } from './models/model-selector.js';
export { validationError } from './field-errors.js';
export type { FieldError } from './field-errors.js';
export { MAX_LABELS } from './labels.js';
export { NAME_PATTERN } from './names.js';
export { JOBS, rankJobId, rankJobSchema } from './jobs.js';
export type { EmbeddingJob, EvaluationJob, RankJob, TaskJob, TrainingJob } from './jobs.js';
export { formatLogLine } from './log-text.js';
export { LOG_LIMITS, logBatchSchema, logLineSchema, logPageSchema, RUN_LOG_LEVELS } from './logs.js';
export type { LogBatch, LogLine, LogPage, NewLogLine, RunLogLevel } from './logs.js';
export { silentObserver } from './observer.js';
export type { Observer } from './observer.js';
export { KNOWN_DATASETS } from './recipes/known-datasets.js';
export type { KnownDataset } from './recipes/known-datasets.js';
export { isJsonObject, mergeConfig, valueAt } from './recipes/merge-config.js';
export type { JsonObject } from './recipes/merge-config.js';
export { describeRecipe, recipeListSchema, recipeSchema } from './recipes/recipe.js';
export type { Recipe, RecipeConfig, RecipeList, RecipeView } from './recipes/recipe.js';
export { createRunBodySchema, expandRecipe, pointerOfRun, RECIPE_LABEL, recipeRunSchema } from './recipes/recipe-run.js';
export type { RecipeRunInput } from './recipes/recipe-run.js';
export { findRecipe, RECIPES } from './recipes/registry.js';
export { errorReportSchema, progressRecordSchema, rankAddressSchema, recordBodySchema } from './records.js';
export type { ProgressRecord, RankAddress, RecordBody, RecordOf } from './records.js';
export type { AugmentationConfig } from './run-config/data.js';
export { CLASS_SAMPLINGS, isTripletLoss, LOSSES } from './run-config/loss.js';
export type { ClassSamplingConfig, LossConfig, LossName, SoftmaxLossConfig, TripletLossConfig } from './run-config/loss.js';
export { LR_SCHEDULES, OPTIMIZERS, scheduleSchema } from './run-config/optimizer.js';
export type { LrScheduleName, OptimizerConfig, OptimizerName, ScheduleConfig } from './run-config/optimizer.js';
export { createRunSchema, MODEL_POLICIES, runConfigSchema, TRANSPORTS } from './run-config/run-config.js';
export type { CreateRun, CreateRunInput, RunConfig, RunConfigInput, Transport } from './run-config/run-config.js';
export { editRunSchema, patchLabels } from './run-config/edit-run.js';
export type { EditRun } from './run-config/edit-run.js';
export { cloneRun, followUpSchema, keptPretrained, resumeRun } from './run-config/follow-up.js';
export type { FollowUp, FollowUpInput, ResumePoint } from './run-config/follow-up.js';
export { ranksThatHold, RESUME_CHANGEABLE, resumeDifferences, toInput } from './run-config/resume-rules.js';
export type { ConfigDifference } from './run-config/resume-rules.js';
export { backboneParameters, estimateMemory, HEAD_LIMITS } from './estimate/estimate-memory.js';
export type { RankMemory } from './estimate/estimate-memory.js';
export { dryRunSchema, estimateRun, estimateSchema } from './estimate/estimate-run.js';
export type { DatasetSize, DryRun, Estimate } from './estimate/estimate-run.js';
export type { MeasuredSpeed, TimeEstimate } from './estimate/estimate-time.js';
export { NETWORK_SIZES, SIZES_INPUT } from './estimate/network-sizes.js';
export type { NetworkSizes } from './estimate/network-sizes.js';
export { worldSizesOf } from './run-config/world-sizes.js';
export type { Sizes } from './run-config/world-sizes.js';
export { RUN_KIND_FACTS, RUN_KINDS, runKindOf } from './run-kinds.js';
export type { RunKind, RunKindFacts } from './run-kinds.js';
export {
  createdRunSchema,
  deliveryListSchema,
  healthSchema,
  metricSeriesSchema,
  problemSchema,
  RUN_STREAM_EVENTS,
  runListSchema,
  runViewSchema,
  transitionSchema,
} from './run-view.js';
export type {
  CreatedRun,
  DeliveryList,
  MetricSeries,
  Problem,
  RunList,
  RunState,
  RunStreamEvent,
  RunView,
  Transition,
} from './run-view.js';
export {
  createScheduleSchema,
  MISSED_POLICIES,
  OVERLAPS,
  scheduleNameSchema,
  updateScheduleSchema,
} from './schedules/schedule-config.js';
export type { CreateSchedule, CreateScheduleInput, MissedPolicy, Overlap, UpdateSchedule } from './schedules/schedule-config.js';
export {
  FIRE_OUTCOMES,
  FIRE_TRIGGERS,
  fireListSchema,
  fireViewSchema,
  scheduleListSchema,
  scheduleViewSchema,
} from './schedules/schedule-view.js';
export type { FireList, FireOutcome, FireTrigger, FireView, ScheduleList, ScheduleView } from './schedules/schedule-view.js';
export { isTransitionReason, TRANSITION_REASONS } from './transition-reasons.js';
export type { TransitionReason } from './transition-reasons.js';
export { canTransition, isTerminal, RUN_STATUSES } from './statuses.js';
export type { RunStatus } from './statuses.js';
export { remoteAccess } from './remote-access.js';
export type { RemoteAccess } from './remote-access.js';
export { taskConfigSchema, taskWorkSchema } from './tasks/task-config.js';
export type { TaskConfig, TaskName, TaskWork, WorkOf } from './tasks/task-config.js';
export { datasetFactsSchema, datasetProblemSchema, taskResultSchema } from './tasks/task-result.js';
export type { DatasetFacts, TaskResult, TaskResultOf } from './tasks/task-result.js';
export { taskListSchema, taskViewSchema } from './tasks/task-view.js';
export type { TaskList, TaskView } from './tasks/task-view.js';
export { LIFELINE_FD } from './trainer-ipc.js';
export type { FromTrainer, ToTrainer, TrainerSettings } from './trainer-ipc.js';
export { VERIFICATION_SUBJECTS, verificationScoresSchema } from './verification.js';
export type { VerificationScores, VerificationSubject } from './verification.js';
export { WEBHOOK_EVENTS } from './webhooks/event-catalog.js';
export type { WebhookEventFacts } from './webhooks/event-catalog.js';
export { eventFilterSchema, filtersOf, WEBHOOK_EVENT_PATTERNS } from './webhooks/event-filter.js';
export { MAX_WEBHOOK_BODY_BYTES, toWebhookBody } from './webhooks/webhook-body.js';
export {
  createWebhookSchema,
  DELIVERY_STATES,
  DISABLED_REASONS,
  MAX_REGISTERED_WEBHOOKS,
  MAX_REPLAYED,
  replayAnswerSchema,
  replayWebhookSchema,
  rotateSecretSchema,
  updateWebhookSchema,
  webhookDeliveryDetailsSchema,
  webhookDeliveryListSchema,
  webhookDeliverySchema,
  webhookListSchema,
  webhookViewSchema,
  webhookWithSecretSchema,
} from './webhooks/webhook-view.js';
export type {
  CreateWebhook,
  DeliveryState,
  DisabledReason,
  ReplayAnswer,
  ReplayWebhook,
  RotateSecret,
  UpdateWebhook,
  WebhookDelivery,
  WebhookDeliveryDetails,
  WebhookDeliveryList,
  WebhookList,
  WebhookView,
  WebhookWithSecret,
} from './webhooks/webhook-view.js';
export {
  EVALUATION_EVENT_TYPES,
  evaluationWebhookSchema,
  RESOURCE_EVENT_TYPES,
  RUN_EVENT_TYPES,
  WEBHOOK_EVENT_TYPES,
  webhookInputSchema,
} from './webhook-events.js';
export type {
  EvaluationEventType,
  ResourceEventType,
  RunEventType,
  WebhookEventType,
  WebhookInput,
  WebhookPayload,
} from './webhook-events.js';
export { WORKER_STATES, workerListSchema, workerViewSchema } from './worker-view.js';
export type { WorkerList, WorkerSlot, WorkerState, WorkerView } from './worker-view.js';
