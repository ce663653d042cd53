export { GRANTS, isGranted, SCOPED_RESOURCES, SCOPES } from './access/scopes.js';
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
export { ArcFleetError, ERRORS, errorFromReport, isErrorCode, reportError } from './errors.js';
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
} from './evaluation/evaluation-config.js';
export type {
  CreateEvaluation,
  CreateEvaluationInput,
  EvaluationConfig,
  EvaluationConfigInput,
  EvaluationTarget,
  ModelReference,
  ResolvedModel,
} from './evaluation/evaluation-config.js';
export { evaluatedModelSchema, evaluationScoresSchema, scoreSummarySchema } from './evaluation/evaluation-scores.js';
export type { EvaluatedModel, EvaluationScores, ScoreHistogram, ScoresOf, ScoreSummary } from './evaluation/evaluation-scores.js';
export {
  createdEvaluationSchema,
  embeddingsAnswerSchema,
  embeddingViewSchema,
  evaluationListSchema,
  evaluationScoreListSchema,
  evaluationViewSchema,
} from './evaluation/evaluation-view.js';
export type {
  CreatedEvaluation,
  EmbeddingsAnswer,
  EmbeddingView,
  EvaluationList,
  EvaluationScoreList,
  EvaluationView,
} from './evaluation/evaluation-view.js';
export { modelDetailsSchema, modelListSchema, modelViewSchema } from './evaluation/model-view.js';
export type { ModelDetails, ModelList, ModelView } from './evaluation/model-view.js';
export { JOBS, rankJobId, rankJobSchema, webhookJobSchema } from './jobs.js';
export type { EmbeddingJob, EvaluationJob, RankJob, TaskJob, TrainingJob, WebhookJob } from './jobs.js';
export { silentObserver } from './observer.js';
export type { Observer } from './observer.js';
export { KNOWN_DATASETS } from './recipes/known-datasets.js';
export type { KnownDataset } from './recipes/known-datasets.js';
export { isJsonObject, mergeConfig, valueAt } from './recipes/merge-config.js';
export type { JsonObject } from './recipes/merge-config.js';
export { describeRecipe, recipeListSchema, recipeSchema } from './recipes/recipe.js';
export type { Recipe, RecipeConfig, RecipeList, RecipeView } from './recipes/recipe.js';
export { createRunBodySchema, expandRecipe, RECIPE_LABEL, recipeRunSchema } from './recipes/recipe-run.js';
export type { RecipeRunInput } from './recipes/recipe-run.js';
export { findRecipe, RECIPES } from './recipes/registry.js';
export { errorReportSchema, progressRecordSchema, rankAddressSchema, recordBodySchema } from './records.js';
export type { ProgressRecord, RankAddress, RecordBody, RecordOf } from './records.js';
export type { AugmentationConfig } from './run-config/data.js';
export { CLASS_SAMPLINGS, isTripletLoss, LOSSES } from './run-config/loss.js';
export type { ClassSamplingConfig, LossConfig, LossName, SoftmaxLossConfig, TripletLossConfig } from './run-config/loss.js';
export { LR_SCHEDULES, OPTIMIZERS, scheduleSchema } from './run-config/optimizer.js';
export type { LrScheduleName, OptimizerConfig, OptimizerName, ScheduleConfig } from './run-config/optimizer.js';
export { createRunSchema, MAX_LABELS, MODEL_POLICIES, runConfigSchema, TRANSPORTS } from './run-config/run-config.js';
export type { CreateRun, CreateRunInput, RunConfig, RunConfigInput, Transport } from './run-config/run-config.js';
export { editRunSchema, patchLabels } from './run-config/edit-run.js';
export type { EditRun } from './run-config/edit-run.js';
export { cloneRun, followUpSchema, resumeRun } from './run-config/follow-up.js';
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
