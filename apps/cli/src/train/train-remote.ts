import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ArcFleetError, formatLogLine, type CreateRunInput, type RunView } from '#contracts';
import { ApiClient } from '../follow/api-client.js';
import { followRun } from '../follow/follow-run.js';
import { listenTo } from '../follow/listen-to.js';
import type { ProgressView } from '../follow/progress-view.js';
import { ModelEvents } from './model-events.js';
import { ModelPlacer } from './place-models.js';
import type { ResolvedTraining } from './resolve-training.js';
import type { TrainResult } from './train-report.js';

/** Lines of the log that are shown of a run that failed. */
const LAST_LINES = 10;

/** What Ctrl-C did so far. */
export interface Interruptions {
  /** Raised by the first. */
  readonly cancel: AbortSignal;
  /** Raised by the second: follow no longer. */
  readonly detach: AbortSignal;
}

export interface RemoteOptions {
  readonly apiUrl: string;
  readonly apiKey?: string | undefined;
  /** Storage of the fleet as this machine sees it, if it does. */
  readonly storageRoot: string;
}

/**
 * Submits the run to an API and follows it to its end.
 * @throws ArcFleetError of the API; `unavailable` when nothing answers there.
 */
export async function trainRemotely(
  training: ResolvedTraining,
  { apiUrl, apiKey, storageRoot }: RemoteOptions,
  view: ProgressView,
  { cancel, detach }: Interruptions,
): Promise<TrainResult> {
  const api = new ApiClient(apiUrl, apiKey);
  await api.checkHealth().catch((error: unknown) => {
    throw new ArcFleetError(
      'unavailable',
      `No ArcFleet answers at ${apiUrl}. Start one with "npm run up", name another with --api URL, or add --local to train without one`,
      { apiUrl },
      { cause: error },
    );
  });
  const { config, modelFolder, ckpt } = training;
  const startedAt = performance.now();
  const created = await api.createRun({
    ...config,
    ...requestedDataset(training),
    pretrained: requestedPretrained(training),
    name: runName(training),
  } as CreateRunInput);
  const url = `${apiUrl}/runs/${created.id}`;
  view.say(`run       ${created.id} at ${apiUrl}; Ctrl-C cancels it, Ctrl-C twice leaves it alone`);

  const onCancel = (): void => {
    view.say('cancel    asked for; the ranks stop at the next step. Ctrl-C again stops waiting for them');
    // Whatever has come in between shows in the run's state.
    api.cancelRun(created.id).catch((error: unknown) => view.say(`cancel    ${String(error)}`));
  };
  cancel.addEventListener('abort', onCancel, { once: true });
  const placer = new ModelPlacer(modelFolder, ckpt);
  const isStorageHere = existsSync(storageRoot);
  const models = new ModelEvents({ view, placer, storageRoot: isStorageHere ? storageRoot : null });
  const listener = listenTo(view, {
    samplesPerStep: config.batch.globalBatchSize,
    onOther: (event) => models.onEvent(event),
  });
  try {
    if (cancel.aborted) onCancel();
    const run = await followRun(api, created.id, listener, detach);
    await models.settled();
    view.stop();
    return await resultOf(api, run, {
      startedAt,
      placed: placer.placed,
      url,
      storageRoot: isStorageHere ? storageRoot : null,
      training,
    });
  } catch (error) {
    if (!detach.aborted) throw error;
    view.stop();
    return detachedResult(training, created, { startedAt, url, isCanceled: cancel.aborted });
  } finally {
    cancel.removeEventListener('abort', onCancel);
    view.stop();
  }
}

/** A registered data set by its reference, which the fleet pins to a version. */
function requestedDataset({ config, dataset: { ref } }: ResolvedTraining): Pick<CreateRunInput, 'dataset'> | object {
  if (ref === undefined) return {};
  const { path: _path, kind: _kind, ...rest } = config.dataset;
  return { dataset: { ...rest, ref } };
}

/** A model that the fleet has stored is looked up by the API. */
function requestedPretrained({ config: { pretrained } }: ResolvedTraining): CreateRunInput['pretrained'] {
  if (pretrained?.modelId === undefined) return pretrained;
  return { model: pretrained.modelId, newOutput: pretrained.newOutput };
}

/** Folder name of the model: what people will look for in a list of runs. */
function runName({ modelFolder }: ResolvedTraining): string {
  return modelFolder.slice(modelFolder.lastIndexOf('/') + 1).slice(0, 200);
}

interface ResultContext {
  readonly startedAt: number;
  readonly placed: string | null;
  readonly url: string;
  readonly storageRoot: string | null;
  readonly training: ResolvedTraining;
}

async function resultOf(api: ApiClient, run: RunView, context: ResultContext): Promise<TrainResult> {
  const { startedAt, placed, url, storageRoot, training } = context;
  const { metrics, verifications } = await api.getMetrics(run.id);
  const took =
    run.startedAt && run.finishedAt ? Date.parse(run.finishedAt) - Date.parse(run.startedAt) : performance.now() - startedAt;
  const isElsewhere = run.model !== null && placed === null && training.ckpt !== 0;
  return {
    status: run.status,
    runId: run.id,
    ranks: run.worldSize ?? training.ranks,
    engine: run.engine,
    steps: run.step,
    seconds: took / 1_000,
    speeds: metrics.find(({ name }) => name === 'samplesPerSecond')?.points.map(({ value }) => value) ?? [],
    verifications,
    model: placed,
    error: run.error,
    hints: [
      ...(run.status === 'failed' && !run.error ? [`${run.reason}: ${run.message}`] : []),
      ...(run.status === 'failed' ? await lastLines(api, run.id) : []),
      ...(isElsewhere ? [`model     ${modelPlace(run, storageRoot)}`] : []),
      `run       ${url}`,
    ],
  };
}

/** What its ranks said last, for a run that failed. That it cannot be read must not hide why the run failed. */
async function lastLines(api: ApiClient, runId: string): Promise<string[]> {
  const { lines } = await api.getLastLogs(runId, LAST_LINES).catch(() => ({ lines: [] }));
  return lines.length === 0
    ? []
    : ['log       last warnings and errors', ...lines.reverse().map((line) => `  ${formatLogLine(line).trimEnd()}`)];
}

function modelPlace(run: RunView, storageRoot: string | null): string {
  const folder = run.model?.folder ?? '';
  if (storageRoot !== null && existsSync(join(storageRoot, folder))) return join(storageRoot, folder);
  return `${folder} in the fleet's storage, which this machine does not see; --storage DIR says where it is mounted`;
}

function detachedResult(
  { ranks }: ResolvedTraining,
  { id, step }: RunView,
  { startedAt, url, isCanceled }: { readonly startedAt: number; readonly url: string; readonly isCanceled: boolean },
): TrainResult {
  return {
    status: 'detached',
    runId: id,
    ranks,
    engine: null,
    steps: step,
    seconds: (performance.now() - startedAt) / 1_000,
    speeds: [],
    verifications: [],
    model: null,
    error: null,
    hints: [`Run ${id} ${isCanceled ? 'was asked to cancel and is left to itself' : 'goes on by itself'}. It is at ${url}`],
  };
}
