import { ArcFleetError, type DatasetDetails, type DatasetKind, type TaskView } from '#contracts';
import { ApiClient } from '../follow/api-client.js';
import { followRun, type RunListener } from '../follow/follow-run.js';
import type { Interruptions } from '../train/train-remote.js';

export interface Registration {
  readonly name: string;
  /** As the workers see it. */
  readonly path: string;
  readonly kind: DatasetKind;
  readonly decode: boolean;
}

/**
 * Registers a data set and waits for its validation. The first interruption cancels that, the second leaves it alone.
 * @returns the version with these images: an older one where they were registered before.
 * @throws ArcFleetError of the API; `unavailable` when nothing answers there; the reason of `detach`.
 */
export async function registerRemotely(
  registration: Registration,
  { apiUrl, apiKey }: { readonly apiUrl: string; readonly apiKey: string | undefined },
  view: { say(text: string): void },
  { cancel, detach }: Interruptions,
): Promise<DatasetDetails> {
  const api = new ApiClient(apiUrl, apiKey);
  await api.checkHealth().catch((error: unknown) => {
    const message = `No ArcFleet answers at ${apiUrl}. Start one with "npm run up", or name another with --api URL`;
    throw new ArcFleetError('unavailable', message, { apiUrl }, { cause: error });
  });
  const { id, taskId } = await api.registerDataset(registration);
  view.say(`data set  ${id} at ${apiUrl}; validated by ${taskId}. Ctrl-C cancels that, Ctrl-C twice leaves it alone`);
  const onCancel = (): void => {
    view.say('cancel    asked for; Ctrl-C again stops waiting');
    // Whatever has come in between shows in the task's state.
    api.cancelTask(taskId).catch((error: unknown) => view.say(`cancel    ${String(error)}`));
  };
  cancel.addEventListener('abort', onCancel, { once: true });
  try {
    if (cancel.aborted) onCancel();
    const followed = { openEvents: api.openEvents.bind(api), getRun: (each: string) => api.getTask(each) };
    await followRun<TaskView>(followed, taskId, listenerOf(view), detach);
    const registered = await api.getDataset(id);
    return registered.duplicateOf === null ? registered : await api.getDataset(registered.duplicateOf);
  } finally {
    cancel.removeEventListener('abort', onCancel);
  }
}

function listenerOf(view: { say(text: string): void }): RunListener<TaskView> {
  return {
    onEvent: ({ type, data }) => {
      if (type === 'progress' && Number(data['totalSteps']) > 1) {
        view.say(`reading   ${String(data['step'])} of ${String(data['totalSteps'])} images`);
      } else if (type === 'transition' && data['status'] !== 'succeeded') {
        view.say(`${String(data['status']).padEnd(9)} ${String(data['message'])}`);
      }
    },
    onView: () => undefined,
  };
}

/** What `data register` prints at the end. */
export function registrationText({ ref, state, path, facts, problems, numProblems }: DatasetDetails): string {
  if (facts === null) {
    const hidden = numProblems - problems.length;
    return [
      `${path}: ${state}`,
      ...problems.map(({ where, message }) => `  - ${where}: ${message}`),
      ...(hidden > 0 ? [`  - and ${hidden} more`] : []),
    ].join('\n');
  }
  const { images, identities, width, height, perIdentity, targets } = facts;
  const sets = Object.entries(targets).map(([name, { pairs, same }]) => `  ${name}: ${pairs} pairs, ${same} of one person`);
  return [
    `${ref}`,
    `  ${images} images of ${identities} identities, ${height} x ${width}; ${perIdentity.min} to ${perIdentity.max} of each`,
    ...sets,
    `  lies at ${path}`,
  ].join('\n');
}
