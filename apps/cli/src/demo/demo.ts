import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { ArcFleetError, reportError, type CreateRunInput, type DeliveryList, type RunView } from '#contracts';
import type { Session } from '#services';
import type { CliConfig } from '../config.js';
import { Interrupted, orAbort } from '../foreground.js';
import { startSystem, type System } from '../system.js';
import { ApiClient } from '../follow/api-client.js';
import { prepareData, type DemoData } from './demo-data.js';
import type { DemoOptions } from './demo-options.js';
import { DEMO_MIN_ACCURACY, demoRecipe } from './demo-recipe.js';
import { FleetWatch } from './fleet-watch.js';
import { followRun } from '../follow/follow-run.js';
import { listenTo } from '../follow/listen-to.js';
import { median } from '../follow/median.js';
import { duration, type ProgressView } from '../follow/progress-view.js';
import { shortfalls } from './shortfalls.js';
import { verificationReport, verificationTable, type VerificationReport } from '../follow/verification-report.js';
import { WebhookInbox } from './webhook-inbox.js';

/** What `--json` prints as the last line. */
export interface DemoSummary {
  readonly status: string;
  readonly engine: string | null;
  readonly ranks: number;
  readonly steps: number;
  /** Median over the run's steps. */
  readonly samplesPerSecond: number | null;
  readonly verification: VerificationReport;
  /** Deliveries that the system made, and those that arrived with a valid signature. */
  readonly webhooks: { readonly sent: number; readonly verified: number };
  /** Most workers at once, and those that were still there at the end; null when the run did not succeed. */
  readonly workers: { readonly most: number; readonly left: number } | null;
  /** Folder of the trained model. */
  readonly model: string | null;
  readonly error?: ReturnType<typeof reportError>;
}

export interface DemoResult {
  readonly exitCode: number;
  readonly summary: DemoSummary;
}

/** Ctrl-C ends a demo whose database goes with it: there is no later for which a checkpoint would be kept. */
const GRACE_MS = 2_000;
/** How long the last webhooks may take to arrive once the run is over. */
const LAST_WEBHOOKS_MS = 15_000;

/** How long workers without work stay, and how long the demo waits for them to go. */
const IDLE_SECONDS = 3;
const EMPTY_FLEET_MS = 20_000;

/** The whole story: data, system, run, verification, webhooks, a fleet that is gone again. Prints as it goes; the caller closes the session. */
export async function runDemo(
  session: Session,
  config: CliConfig,
  options: DemoOptions,
  view: ProgressView,
  signal: AbortSignal,
): Promise<DemoResult> {
  const storageRoot = join(config.home, 'demo');
  const startedAt = performance.now();
  view.say('ArcFleet demo: one run from POST to verified model, on this machine');
  const [data, system] = await Promise.all([
    prepareData(config, options, signal, (text) => view.say(text)),
    startSystem(
      session,
      config,
      {
        storageRoot,
        keyFile: config.apiKeyFile,
        maxWorkers: options.ranks,
        slotsPerWorker: 1,
        threads: Math.max(1, Math.floor(config.cores / options.ranks)),
        engine: options.engine,
        allowPrivateWebhooks: true,
        idleSeconds: IDLE_SECONDS,
        graceMs: GRACE_MS,
      },
      signal,
    ),
  ]);
  view.say(`system    ${system.postgres.description}; ${system.redis.description}`);
  view.say(`          API ${system.apiUrl} (OpenAPI: ${system.apiUrl}/openapi.json), up after ${since(startedAt)}`);
  view.say(`          ${system.keyNote}`);

  const fleet = new FleetWatch(system.redis.url, (before, now) => view.say(`workers   ${before} -> ${now}`));
  const inbox = new WebhookInbox(({ id, type }) => view.say(`webhook   ${type.padEnd(16)} ${id} (signature verified)`));
  const api = new ApiClient(system.apiUrl, system.apiKey);
  try {
    const run = await train(api, system, data, options, inbox, view, signal);
    return await conclude(api, system, run, { storageRoot, data, options, fleet, inbox, view, signal });
  } finally {
    view.stop();
    fleet.close();
    await inbox.close();
  }
}

async function train(
  api: ApiClient,
  system: System,
  data: DemoData,
  options: DemoOptions,
  inbox: WebhookInbox,
  view: ProgressView,
  signal: AbortSignal,
): Promise<RunView> {
  const recipe = demoRecipe({ ...options, numImages: data.numImages });
  const input: CreateRunInput = {
    name: 'demo',
    dataset: { kind: 'faces_emore', path: data.directory },
    ...recipe,
    seed: options.seed,
    engine: options.engine,
    webhooks: [{ url: await inbox.open(), secret: inbox.secret }],
  };
  const created = await api.createRun(input);
  view.say(
    `run       POST /runs: ${created.id}, ${recipe.maxSteps} steps of ${recipe.batch?.globalBatchSize} images on ${options.ranks} ranks`,
  );

  const listener = listenTo(view, { samplesPerStep: recipe.batch?.globalBatchSize ?? 1 });
  try {
    return await orAbort(Promise.race([followRun(api, created.id, listener, signal), system.failed]), signal);
  } catch (error) {
    // A database that outlives the demo must not keep a run that nobody waits for.
    if (error instanceof Interrupted) await api.cancelRun(created.id).catch(() => undefined);
    throw error;
  } finally {
    view.stop();
  }
}

interface Conclusion {
  readonly storageRoot: string;
  readonly data: DemoData;
  readonly options: DemoOptions;
  readonly fleet: FleetWatch;
  readonly inbox: WebhookInbox;
  readonly view: ProgressView;
  readonly signal: AbortSignal;
}

async function conclude(api: ApiClient, system: System, run: RunView, context: Conclusion): Promise<DemoResult> {
  const { storageRoot, data, options, fleet, inbox, view, signal } = context;
  const deliveries = await settledDeliveries(api, run.id, signal);
  const { metrics, verifications } = await api.getMetrics(run.id);
  const verification = verificationReport(verifications, data.targets);
  const speeds = metrics.find(({ name }) => name === 'samplesPerSecond')?.points.map(({ value }) => value) ?? [];
  const summary: DemoSummary = {
    status: run.status,
    engine: run.engine,
    ranks: run.worldSize ?? options.ranks,
    steps: run.step,
    samplesPerSecond: median(speeds),
    verification,
    webhooks: { sent: deliveries.length, verified: inbox.verified.length },
    workers: null,
    model: run.model && join(storageRoot, run.model.folder),
    ...(run.error ? { error: run.error } : {}),
  };
  if (run.status !== 'succeeded') {
    view.say(`\nThe run ${run.status}: ${run.message} (${run.reason})`);
    if (run.error) view.say(`${run.error.code}: ${run.error.message}\n${JSON.stringify(run.error.details ?? {}, null, 2)}`);
    for (const part of system.parts) view.say(`--- the end of ${part.name}'s log\n${part.logTail()}`);
    return { exitCode: 1, summary };
  }
  const tookMs = Date.parse(run.finishedAt ?? run.createdAt) - Date.parse(run.startedAt ?? run.createdAt);
  view.say(
    `\nTrained ${run.step} steps on ${summary.ranks} ranks with the ${run.engine} engine in ${duration(tookMs / 1_000)}` +
      ` (${summary.samplesPerSecond?.toFixed(0) ?? '-'} samples/s, median of the steps)`,
  );
  view.say(`\nVerification (10 folds; people that training never saw${data.isGenerated ? ', drawn' : ''})`);
  for (const line of verificationTable(verification)) view.say(`  ${line}`);
  view.say('\nWebhooks');
  for (const line of describeDeliveries(deliveries)) view.say(`  ${line}`);
  view.say(`  ${deliveries.length} sent, ${inbox.verified.length} received and verified`);
  for (const reason of inbox.refused) view.say(`  refused: ${reason}`);
  view.say(`\nmodel     ${summary.model ?? 'none'}`);
  view.say(`faces     ${data.contactSheet}`);

  view.say(`\nWorkers without work leave after ${IDLE_SECONDS} s`);
  const workers = await Promise.race([fleet.untilEmpty(EMPTY_FLEET_MS, signal), system.failed]);
  view.say(`fleet     at most ${workers.most} workers, ${workers.left} now`);
  const missing = shortfalls({
    verification,
    // The generated set is known well enough to say what training must reach on it.
    minAccuracy: data.isGenerated ? DEMO_MIN_ACCURACY : null,
    sent: deliveries.map(({ id }) => id),
    verified: inbox.verified.map(({ id }) => id),
    workers,
  });
  for (const shortfall of missing) view.say(`\n${shortfall}`);
  return { exitCode: missing.length === 0 ? 0 : 1, summary: { ...summary, workers } };
}

/** The run's deliveries once none is on its way, or when the time is up. */
async function settledDeliveries(api: ApiClient, runId: string, signal: AbortSignal): Promise<DeliveryList['deliveries']> {
  const deadline = performance.now() + LAST_WEBHOOKS_MS;
  for (;;) {
    const { deliveries } = await api.getDeliveries(runId);
    if (deliveries.every(({ state }) => state !== 'pending') || performance.now() > deadline) return deliveries;
    await orAbort(delay(200), signal);
  }
}

function describeDeliveries(deliveries: DeliveryList['deliveries']): string[] {
  return deliveries.map(({ id, eventType, state, attempts, lastStatus, lastError }) => {
    const outcome = `${state}, ${attempts} ${attempts === 1 ? 'attempt' : 'attempts'}, ${lastStatus ?? lastError ?? 'no answer'}`;
    return `${eventType.padEnd(16)} ${id}  ${outcome}`;
  });
}

function since(start: number): string {
  return `${((performance.now() - start) / 1_000).toFixed(1)} s`;
}

/** The summary of a demo that broke before it had a run to speak of. */
export function failedSummary(error: unknown, options: DemoOptions): DemoSummary {
  return {
    status: error instanceof ArcFleetError || !(error instanceof Interrupted) ? 'failed' : 'canceled',
    engine: null,
    ranks: options.ranks,
    steps: 0,
    samplesPerSecond: null,
    verification: {},
    webhooks: { sent: 0, verified: 0 },
    workers: null,
    model: null,
    error: reportError(error),
  };
}
