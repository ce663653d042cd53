import type { TrainingJob, TrainerSettings } from '#contracts';
import { checkFingerprint, openTrainingSet } from '#datasets';
import { parseFaults, runTraining } from '#trainer';
import { endWith } from './end-rank.js';
import { prepareRank } from './prepare-rank.js';
import type { SupervisorLink } from './supervisor-link.js';

/** Trains one rank from rendezvous to its last record, then ends the process. */
export function trainRank(job: TrainingJob, settings: TrainerSettings, link: SupervisorLink): Promise<never> {
  const { dataset, communication } = job.config;
  return endWith(link, async (onConnected) => {
    link.phase('rendezvous', job.resumeFrom?.step ?? null);
    const { collective, engine, opened } = await prepareRank(
      job,
      communication.transport,
      settings,
      link,
      onConnected,
      async () => {
        // A registered data set must be what it was: every rank sees for itself, since each may read files of its own.
        await checkFingerprint(dataset, settings.dataAccess);
        return openTrainingSet(dataset, settings.dataAccess);
      },
    );
    for (const note of opened.notes ?? []) link.observer.log('warn', note);
    try {
      return await runTraining({
        job,
        collective,
        engine,
        trainingSet: opened,
        storageRoot: settings.storageRoot,
        emit: (body) => link.record(body),
        committedSeq: () => link.committedSeq,
        stopMode: () => link.stopMode,
        onPhase: (phase, step) => link.phase(phase, step),
        observer: link.observer,
        faults: parseFaults(settings.faults),
      });
    } finally {
      await opened.close();
    }
  });
}
