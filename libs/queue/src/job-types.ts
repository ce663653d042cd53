import type { JOBS } from '#contracts';
import type { z } from 'zod';

export type JobName = keyof typeof JOBS;
/** Data of a job as its handler sees it: parsed by the catalog's schema. */
export type JobData<N extends JobName> = z.output<(typeof JOBS)[N]['schema']>;
