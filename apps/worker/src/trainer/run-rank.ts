import { ArcFleetError, type RankJob, type TrainerSettings } from '#contracts';
import { toReport } from './error-record.js';
import type { SupervisorLink } from './supervisor-link.js';
import { trainRank } from './train-rank.js';

/** Runs one rank of whatever kind of run, then ends the process. */
export async function runRank(job: RankJob, settings: TrainerSettings, link: SupervisorLink): Promise<never> {
  if (job.kind === 'training') return trainRank(job, settings, link);
  const error = new ArcFleetError('internal', `This worker does not know runs of the kind ${job.kind}.`);
  link.record({ type: 'rank.finished', outcome: 'failed', step: null, error: toReport(error) });
  return link.exit(1);
}
