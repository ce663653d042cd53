import { ArcFleetError, type CreateEvaluationInput, type EvaluationScoreList, type EvaluationView } from '#contracts';
import { ApiClient } from '../follow/api-client.js';
import { followRun, type RunListener } from '../follow/follow-run.js';
import type { ProgressView } from '../follow/progress-view.js';
import type { Interruptions } from '../train/train-remote.js';
import type { EvaluationResult } from './evaluate-local.js';

export interface RemoteEvaluation {
  readonly evaluation: EvaluationView;
  /** With curves; of what was scored, also where the evaluation failed or was canceled. */
  readonly scores: EvaluationScoreList['scores'];
}

/** Options that say how this machine computes, or what it writes of that. */
export interface HereOnlyFlags {
  readonly against?: string;
  readonly threads?: number;
  readonly network?: string;
  readonly scoresOut?: string;
  readonly embeddingsOut?: string;
}

/** @throws ArcFleetError `config_invalid` for an option that does nothing where workers evaluate. */
export function refuseHereOnly({ against, threads, network, scoresOut, embeddingsOut }: HereOnlyFlags): void {
  const refuse = (what: string): ArcFleetError =>
    new ArcFleetError('config_invalid', `${what}: leave it out, or leave out --api`);
  if (against !== undefined) throw refuse('--against compares pair by pair, which needs both models here');
  if (scoresOut !== undefined) throw refuse('--scores-out writes what is computed here');
  if (embeddingsOut !== undefined) throw refuse('--embeddings-out writes what is computed here');
  if (threads !== undefined) throw refuse('--threads is of the engine here; a worker has threads of its own');
  if (network !== undefined) throw refuse('--network cannot be told to a worker, which goes by the file');
}

/** What can be shown of an evaluation, also where it failed or was canceled after some targets were scored. */
export function resultOf({ evaluation, scores }: RemoteEvaluation): EvaluationResult | null {
  const { openedModel } = evaluation;
  const isDone = evaluation.status === 'succeeded' || scores.length > 0;
  return openedModel && isDone ? { model: openedModel, scored: scores, against: null, differences: [] } : null;
}

/**
 * Submits an evaluation to an API and follows it to its end. The first interruption cancels it, the second leaves it alone.
 * @throws ArcFleetError of the API; `unavailable` when nothing answers there; the reason of `detach`.
 */
export async function evaluateRemotely(
  request: CreateEvaluationInput,
  { apiUrl, apiKey }: { readonly apiUrl: string; readonly apiKey?: string | undefined },
  view: Pick<ProgressView, 'say'>,
  { cancel, detach }: Interruptions,
): Promise<RemoteEvaluation> {
  const api = new ApiClient(apiUrl, apiKey);
  await api.checkHealth().catch((error: unknown) => {
    throw new ArcFleetError(
      'unavailable',
      `No ArcFleet answers at ${apiUrl}. Start one with "npm run up", or name another with --api URL`,
      { apiUrl },
      { cause: error },
    );
  });
  const { id } = await api.createEvaluation(request);
  view.say(`evaluation ${id} at ${apiUrl}; Ctrl-C cancels it, Ctrl-C twice leaves it alone`);
  const onCancel = (): void => {
    view.say('cancel    asked for; Ctrl-C again stops waiting');
    // Whatever has come in between shows in the evaluation's state.
    api.cancelEvaluation(id).catch((error: unknown) => view.say(`cancel    ${String(error)}`));
  };
  cancel.addEventListener('abort', onCancel, { once: true });
  try {
    if (cancel.aborted) onCancel();
    const followed = {
      openEvents: api.openEvents.bind(api),
      getRun: (each: string) => api.getEvaluation(each),
    };
    const evaluation = await followRun<EvaluationView>(followed, id, listenerOf(view), detach);
    return { evaluation, scores: (await api.getEvaluationScores(id)).scores };
  } finally {
    cancel.removeEventListener('abort', onCancel);
  }
}

function listenerOf(view: Pick<ProgressView, 'say'>): RunListener<EvaluationView> {
  return {
    onEvent: ({ type, data }) => {
      if (type === 'scored') {
        view.say(`scored    ${String(data['target'])} (${String(data['step'])} of ${String(data['totalSteps'])})`);
      } else if (type === 'transition' && data['status'] !== 'succeeded') {
        view.say(`${String(data['status']).padEnd(9)} ${String(data['message'])}`);
      }
    },
    onView: () => undefined,
  };
}
