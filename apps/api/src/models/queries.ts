import { z } from 'zod';
import { parameter } from '../http/operation.js';
import { pageQuery, wholeNumber } from '../http/page.js';

export const listModelsQuerySchema = z.strictObject({
  ...pageQuery,
  run: parameter(z.string().max(64).optional(), 'Only those of this run', { type: 'string' }),
});
export type ListModelsQuery = z.output<typeof listModelsQuerySchema>;

export const waitQuerySchema = z.strictObject({ wait: wholeNumber(0, 60, 30, 'Seconds to wait for the answer') });
export type WaitQuery = z.output<typeof waitQuerySchema>;
