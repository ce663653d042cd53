import type { EmbeddingJob, TrainerSettings } from '#contracts';
import { runEmbedding } from '#evaluation';
import { endWith } from './end-rank.js';
import { openEngine } from './prepare-rank.js';
import type { SupervisorLink } from './supervisor-link.js';

/** Answers a request for embeddings, alone, then ends the process. */
export function embedRank(job: EmbeddingJob, settings: TrainerSettings, link: SupervisorLink): Promise<never> {
  return endWith(link, async () => {
    link.phase('embedding', null);
    await runEmbedding({
      job,
      engine: await openEngine(settings, link),
      storageRoot: settings.storageRoot,
      emit: (body) => link.record(body),
      stopMode: () => link.stopMode,
      onPhase: (phase, step) => link.phase(phase, step),
      observer: link.observer,
    });
    return { outcome: 'succeeded', step: 1 };
  });
}
