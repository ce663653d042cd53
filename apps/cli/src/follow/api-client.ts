import { ApiError, chunksOf, createClient, openEvents, type ArcFleetClient } from '#client';
import {
  ArcFleetError,
  isErrorCode,
  type CreatedEvaluation,
  type CreatedRun,
  type CreateEvaluationInput,
  type CreateRunInput,
  type DatasetDetails,
  type DatasetKind,
  type DatasetView,
  type DeliveryList,
  type EvaluationScoreList,
  type EvaluationView,
  type FileFormat,
  type LogPage,
  type MetricSeries,
  type ModelFiles,
  type PendingFiles,
  type RecipeRunInput,
  type RunView,
  type TaskView,
} from '#contracts';

const TIMEOUT_MS = 10_000;
const at = (id: string) => ({ params: { path: { id } } });

/** The API as the CLI uses it. Failures are thrown as {@link ArcFleetError}; `unavailable` when there is no answer. */
export class ApiClient {
  private readonly client: ArcFleetClient;

  constructor(
    private readonly baseUrl: string,
    key?: string,
  ) {
    this.client = createClient({ baseUrl, timeoutMs: TIMEOUT_MS, ...(key === undefined ? {} : { key }) });
  }

  /** @throws ArcFleetError `unavailable` when nothing answers, or something that is no ArcFleet. */
  async checkHealth(): Promise<void> {
    const answer = await answerOf<{ version?: unknown } | undefined>(this.client.GET('/health'));
    if (typeof answer?.version === 'string') return;
    throw new ArcFleetError('unavailable', `What answers at ${this.baseUrl} is no ArcFleet API.`, { url: this.baseUrl });
  }

  createRun(input: CreateRunInput | RecipeRunInput): Promise<CreatedRun> {
    return answerOf(this.client.POST('/runs', { body: input }));
  }

  getRun(id: string): Promise<RunView> {
    return answerOf(this.client.GET('/runs/{id}', at(id)));
  }

  cancelRun(id: string): Promise<RunView> {
    return answerOf(this.client.POST('/runs/{id}/cancel', at(id)));
  }

  getMetrics(id: string): Promise<MetricSeries> {
    return answerOf(this.client.GET('/runs/{id}/metrics', at(id)));
  }

  /** The last lines that matter of a run's log, the newest first. */
  getLastLogs(id: string, limit: number): Promise<LogPage> {
    const params = { path: { id }, query: { order: 'newest', level: 'warn', limit } } as const;
    return answerOf(this.client.GET('/runs/{id}/logs', { params }));
  }

  getDeliveries(id: string): Promise<DeliveryList> {
    return answerOf(this.client.GET('/runs/{id}/deliveries', at(id)));
  }

  createEvaluation(input: CreateEvaluationInput): Promise<CreatedEvaluation> {
    return answerOf(this.client.POST('/evaluations', { body: input }));
  }

  getEvaluation(id: string): Promise<EvaluationView> {
    return answerOf(this.client.GET('/evaluations/{id}', at(id)));
  }

  getEvaluationScores(id: string): Promise<EvaluationScoreList> {
    return answerOf(this.client.GET('/evaluations/{id}/scores', at(id)));
  }

  cancelEvaluation(id: string): Promise<EvaluationView> {
    return answerOf(this.client.POST('/evaluations/{id}/cancel', at(id)));
  }

  registerDataset(input: { name: string; path: string; kind: DatasetKind; decode: boolean }): Promise<DatasetView> {
    return answerOf(this.client.POST('/datasets', { body: input }));
  }

  getDataset(ref: string): Promise<DatasetDetails> {
    return answerOf(this.client.GET('/datasets/{ref}', { params: { path: { ref } } }));
  }

  getTask(id: string): Promise<TaskView> {
    return answerOf(this.client.GET('/tasks/{id}', at(id)));
  }

  cancelTask(id: string): Promise<TaskView> {
    return answerOf(this.client.POST('/tasks/{id}/cancel', at(id)));
  }

  /** Files of a stored model; while a worker makes them, the task that does. */
  getModelFiles(ref: string, format: FileFormat | undefined, retry: boolean): Promise<ModelFiles | PendingFiles> {
    const query = { ...(format === undefined ? {} : { format }), ...(retry ? { retry } : {}) };
    return answerOf(this.client.GET('/models/{id}/files', { params: { path: { id: ref }, query } }));
  }

  /** Opens a file of a stored model, or what of it begins at `from`. @throws ArcFleetError of the API. */
  async openModelFile(
    { modelId, format }: ModelFiles,
    name: string,
    range: { from: number; etag: string } | null,
  ): Promise<Response> {
    const { response } = await this.client
      .GET('/models/{id}/files/{format}/{file}', {
        params: { path: { id: modelId, format, file: name } },
        headers: {
          accept: 'application/octet-stream',
          ...(range ? { range: `bytes=${range.from}-`, 'if-range': range.etag } : {}),
        },
        parseAs: 'stream',
      })
      .catch(rethrow);
    return response;
  }

  /** Opens the run's event stream behind the event `after`; null: there are no more events. */
  async openEvents(id: string, after: number, signal: AbortSignal): Promise<AsyncIterable<Uint8Array> | null> {
    const body = await openEvents(this.client, id, after, signal).catch(rethrow);
    return body && chunksOf(body);
  }
}

/** What the API has answered; the contracts say more of it (codes of errors) than the document can. */
async function answerOf<T>(request: Promise<{ data?: unknown }>): Promise<T> {
  const { data } = await request.catch(rethrow);
  return data as T;
}

const NEEDS_KEY = 'Set ARCFLEET_API_KEY to a key of this API; "npm run up" says where it keeps one.';

function rethrow(error: unknown): never {
  if (!(error instanceof ApiError)) throw error;
  const { code, status } = error;
  const message = status === 401 ? `${error.message} ${NEEDS_KEY}` : error.message;
  throw new ArcFleetError(isErrorCode(code) ? code : 'unavailable', message, status === 0 ? {} : { status }, { cause: error });
}
