import { z } from 'zod';
import { DATASET_STATES, datasetNameSchema } from '#contracts';
import { labelFilter } from '../http/label-filter.js';
import { parameter } from '../http/operation.js';
import { listOf, pageQuery } from '../http/page.js';

export const listDatasetsQuerySchema = z.strictObject({
  ...pageQuery,
  name: parameter(datasetNameSchema.optional(), 'Only versions of this name', { type: 'string' }),
  state: parameter(listOf(z.array(z.enum(DATASET_STATES))).optional(), 'Only these, separated by commas', {
    type: 'array',
    items: { enum: DATASET_STATES },
  }),
  label: labelFilter,
});
export type ListDatasetsQuery = z.output<typeof listDatasetsQuerySchema>;
