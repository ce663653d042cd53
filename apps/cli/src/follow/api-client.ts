import {
  ArcFleetError,
  isErrorCode,
  RUN_KIND_FACTS,
  runKindOf,
  type CreatedEvaluation,
  type CreatedRun,
  type CreateEvaluationInput,
  type CreateRunInput,
  type DeliveryList,
  type EvaluationScoreList,
  type EvaluationView,
  type MetricSeries,
  type ModelFiles,
  type PendingFiles,
  type Problem,
  type RecipeRunInput,
  type RunView,
} from '#contracts';

const TIMEOUT_MS = 10_000;

/** The API as the CLI uses it. Failures are thrown as {@link ArcFleetError}; `unavailable` when there is no answer. */
export class ApiClient {
  constructor(private readonly baseUrl: string) {}

  /** @throws ArcFleetError `unavailable` when nothing answers, or something that is no ArcFleet. */
  async checkHealth(): Promise<void> {
    const answer = await this.request<{ version?: unknown }>('GET', '/health');
    if (typeof answer.version === 'string') return;
    throw new ArcFleetError('unavailable', `What answers at ${this.baseUrl} is no ArcFleet API.`, { url: this.baseUrl });
  }

  createRun(input: CreateRunInput | RecipeRunInput): Promise<CreatedRun> {
    return this.request('POST', '/runs', input);
  }

  getRun(id: string): Promise<RunView> {
    return this.request('GET', `/runs/${id}`);
  }

  cancelRun(id: string): Promise<RunView> {
    return this.request('POST', `/runs/${id}/cancel`);
  }

  getMetrics(id: string): Promise<MetricSeries> {
    return this.request('GET', `/runs/${id}/metrics`);
  }

  getDeliveries(id: string): Promise<DeliveryList> {
    return this.request('GET', `/runs/${id}/deliveries`);
  }

  createEvaluation(input: CreateEvaluationInput): Promise<CreatedEvaluation> {
    return this.request('POST', '/evaluations', input);
  }

  getEvaluation(id: string): Promise<EvaluationView> {
    return this.request('GET', `/evaluations/${id}`);
  }

  getEvaluationScores(id: string): Promise<EvaluationScoreList> {
    return this.request('GET', `/evaluations/${id}/scores`);
  }

  cancelEvaluation(id: string): Promise<EvaluationView> {
    return this.request('POST', `/evaluations/${id}/cancel`);
  }

  /** Files of a stored model; while a worker makes them, the task that does. */
  getModelFiles(ref: string, format: string | undefined, retry: boolean): Promise<ModelFiles | PendingFiles> {
    const query = new URLSearchParams({ ...(format === undefined ? {} : { format }), ...(retry ? { retry: 'true' } : {}) });
    return this.request('GET', `/models/${encodeURIComponent(ref)}/files?${query}`);
  }

  /** Opens a file of a stored model, or what of it begins at `from`. @throws ArcFleetError of the API. */
  async openModelFile(
    { modelId, format }: ModelFiles,
    name: string,
    range: { from: number; etag: string } | null,
  ): Promise<Response> {
    const path = `/models/${modelId}/files/${format}/${encodeURIComponent(name)}`;
    const headers: Record<string, string> = range ? { range: `bytes=${range.from}-`, 'if-range': range.etag } : {};
    let response: Response;
    try {
      response = await fetch(this.baseUrl + path, { headers });
    } catch (error) {
      throw new ArcFleetError('unavailable', `GET ${path} got no answer: ${String(error)}`, {}, { cause: error });
    }
    if (!response.ok || !response.body) throw await problemOf(response);
    return response;
  }

  /** Opens the run's event stream behind the event `after`; null: there are no more events. */
  async openEvents(id: string, after: number, signal: AbortSignal): Promise<AsyncIterable<Uint8Array> | null> {
    const { path } = RUN_KIND_FACTS[runKindOf(id)];
    const headers = { accept: 'text/event-stream', ...(after > 0 ? { 'last-event-id': String(after) } : {}) };
    const response = await fetch(`${this.baseUrl}${path}/${id}/events`, { headers, signal });
    if (response.status === 204) return null;
    if (!response.ok || !response.body) throw await problemOf(response);
    return response.body;
  }

  private async request<T>(method: string, path: string, body?: unknown): Promise<T> {
    let response: Response;
    try {
      response = await fetch(this.baseUrl + path, {
        method,
        signal: AbortSignal.timeout(TIMEOUT_MS),
        ...(body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
      });
    } catch (error) {
      throw new ArcFleetError('unavailable', `${method} ${path} got no answer: ${String(error)}`, {}, { cause: error });
    }
    if (!response.ok) throw await problemOf(response);
    return (await response.json()) as T;
  }
}

async function problemOf(response: Response): Promise<ArcFleetError> {
  const problem = (await response.json().catch(() => ({}))) as Partial<Problem>;
  const fields = problem.errors?.map(({ pointer, message }) => `${pointer} ${message}`).join('; ');
  const message = [problem.detail ?? `the API answered ${response.status}`, fields].filter(Boolean).join(' ');
  return new ArcFleetError(isErrorCode(problem.code) ? problem.code : 'unavailable', message, { status: response.status });
}
