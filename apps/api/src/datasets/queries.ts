import { z } from 'zod';
import { DATASET_STATES, datasetNameSchema } from '#contracts';
import { parameter } from '../http/operation.js';
import { listOf, pageQuery } from '../http/page.js';

const label = z
  .string()
  .regex(/^[^\0=]{1,63}=[^\0]{0,255}$/, 'must be key=value')
  .transform((text): [string, string] => {
    const at = text.indexOf('=');
    return [text.slice(0, at), text.slice(at + 1)];
  });

export const listDatasetsQuerySchema = z.strictObject({
  ...pageQuery,
  name: parameter(datasetNameSchema.optional(), 'Only versions of this name', { type: 'string' }),
  state: parameter(listOf(z.array(z.enum(DATASET_STATES))).optional(), 'Only these, separated by commas', {
    type: 'array',
    items: { enum: DATASET_STATES },
  }),
  label: parameter(
    z
      .union([z.string(), z.array(z.string()).max(16)])
      .transform((value) => [value].flat())
      .pipe(z.array(label))
      .optional(),
    'Only those with this label, as key=value; repeated: with all of them',
    { type: 'array', items: { type: 'string' } },
  ),
});
export type ListDatasetsQuery = z.output<typeof listDatasetsQuerySchema>;
