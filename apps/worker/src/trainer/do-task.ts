import type { TaskJob, TrainerSettings } from '#contracts';
import { runTask } from '#tasks';
import { endWith } from './end-rank.js';
import { openEngine } from './prepare-rank.js';
import type { SupervisorLink } from './supervisor-link.js';

/** Does a task, alone, then ends the process. */
export function doTask(job: TaskJob, settings: TrainerSettings, link: SupervisorLink): Promise<never> {
  return endWith(link, async () => {
    const outcome = await runTask({
      job,
      openEngine: () => openEngine(settings, link),
      storageRoot: settings.storageRoot,
      importRoots: settings.importRoots,
      access: settings.dataAccess,
      emit: (body) => link.record(body),
      stopMode: () => link.stopMode,
      onPhase: (phase, step) => link.phase(phase, step),
      observer: link.observer,
    });
    return { outcome, step: outcome === 'succeeded' ? 1 : null };
  });
}
