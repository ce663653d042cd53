import { z } from 'zod';
import { FILE_FORMATS, MODEL_REF_PATTERN, MODEL_STATES, modelAliasSchema, modelNameSchema, modelRefSchema } from '#contracts';
import { labelFilter } from '../http/label-filter.js';
import { parameter } from '../http/operation.js';
import { pageQuery, wholeNumber } from '../http/page.js';

const word = z.string().regex(/^[\w.-]{1,64}$/, 'must be 1 to 64 letters, digits, ., _ and -');

export const listModelsQuerySchema = z.strictObject({
  ...pageQuery,
  run: parameter(word.optional(), 'Only those of this run', { type: 'string' }),
  name: parameter(modelNameSchema.optional(), 'Only versions of this name', { type: 'string' }),
  alias: parameter(modelAliasSchema.optional(), 'Only who holds this alias', { type: 'string' }),
  label: labelFilter,
  network: parameter(word.optional(), 'Only of this network', { type: 'string' }),
  state: parameter(z.enum(MODEL_STATES).optional(), 'Only in this state', { type: 'string', enum: MODEL_STATES }),
  best: parameter(
    z
      .enum(['true', 'false'])
      .transform((text) => text === 'true')
      .optional(),
    '`true`: only those that were better than all before them in their run',
    { type: 'boolean' },
  ),
});
export type ListModelsQuery = z.output<typeof listModelsQuerySchema>;

export const compareQuerySchema = z.strictObject({
  with: parameter(modelRefSchema, 'The other model: `mdl_...`, `name@alias` or `name@version`', {
    type: 'string',
    pattern: MODEL_REF_PATTERN,
  }),
});
export type CompareQuery = z.output<typeof compareQuerySchema>;

export const holdersQuerySchema = z.strictObject(pageQuery);
export type HoldersQuery = z.output<typeof holdersQuerySchema>;

const flag = z
  .enum(['true', 'false'])
  .transform((text) => text === 'true')
  .default(false);

export const filesQuerySchema = z.strictObject({
  format: parameter(z.enum(FILE_FORMATS).optional(), 'Default: as it is stored', { type: 'string', enum: FILE_FORMATS }),
  retry: parameter(flag, '`true`: an export that failed is tried again', { type: 'boolean', default: false }),
});
export type FilesQuery = z.output<typeof filesQuerySchema>;

export const waitQuerySchema = z.strictObject({ wait: wholeNumber(0, 60, 30, 'Seconds to wait for the answer') });
export type WaitQuery = z.output<typeof waitQuerySchema>;
