import type { RankJob, TrainerSettings } from '#contracts';
import { embedRank } from './embed-rank.js';
import { evaluateRank } from './evaluate-rank.js';
import type { SupervisorLink } from './supervisor-link.js';
import { doTask } from './do-task.js';
import { trainRank } from './train-rank.js';

/** Runs one rank of whatever kind of run, then ends the process. */
export function runRank(job: RankJob, settings: TrainerSettings, link: SupervisorLink): Promise<never> {
  switch (job.kind) {
    case 'training':
      return trainRank(job, settings, link);
    case 'evaluation':
      return evaluateRank(job, settings, link);
    case 'embedding':
      return embedRank(job, settings, link);
    case 'task':
      return doTask(job, settings, link);
  }
}
