import type { EvaluationJob, TrainerSettings } from '#contracts';
import { checkFingerprint } from '#datasets';
import { runEvaluation } from '#evaluation';
import { endWith } from './end-rank.js';
import { prepareRank } from './prepare-rank.js';
import type { SupervisorLink } from './supervisor-link.js';

/** Evaluates with one rank from rendezvous to its last record, then ends the process. */
export function evaluateRank(job: EvaluationJob, settings: TrainerSettings, link: SupervisorLink): Promise<never> {
  return endWith(link, async (onConnected) => {
    link.phase('rendezvous', null);
    // Embeddings are gathered once per target: the transport that works everywhere carries them.
    const { collective, engine } = await prepareRank(job, 'redis-streams', settings, link, onConnected, async () => {
      const { dataset } = job.config;
      if (dataset) await checkFingerprint(dataset, settings.dataAccess);
      return null;
    });
    return runEvaluation({
      job,
      collective,
      engine,
      storageRoot: settings.storageRoot,
      access: settings.dataAccess,
      emit: (body) => link.record(body),
      stopMode: () => link.stopMode,
      onPhase: (phase, step) => link.phase(phase, step),
      observer: link.observer,
    });
  });
}
