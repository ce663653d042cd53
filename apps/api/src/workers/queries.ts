import { z } from 'zod';
import { WORKER_STATES } from '#contracts';
import type { Cursor } from '#persistence';
import { parameter } from '../http/operation.js';
import { listOf, pageQuery } from '../http/page.js';

/** Ids of workers: host, process, random. What cannot be one never reaches SQL. */
const WORKER_ID = '[A-Za-z0-9][A-Za-z0-9._-]{0,299}';
export const WORKER_ID_PARAMETER = { type: 'string', pattern: `^${WORKER_ID}$` };
export const isWorkerId = (id: string): boolean => new RegExp(`^${WORKER_ID}$`).test(id);

const cursor = z
  .string()
  .max(1_000)
  .transform((text, context): Cursor => {
    const decoded = Buffer.from(text, 'base64url').toString('latin1');
    const [, time, id] = new RegExp(`^(\\d{1,15})\\.(${WORKER_ID})$`).exec(decoded) ?? [];
    if (time !== undefined && id !== undefined) return { createdAt: new Date(Number(time)), id };
    context.addIssue({ code: 'custom', message: 'is not a cursor that this API gave out' });
    return z.NEVER;
  });

export const listWorkersQuerySchema = z.strictObject({
  limit: pageQuery.limit,
  cursor: parameter(cursor.optional(), 'Opaque; part of `next` of the page before', { type: 'string' }),
  state: parameter(listOf(z.array(z.enum(WORKER_STATES))).optional(), 'Only these, separated by commas', {
    type: 'array',
    items: { enum: WORKER_STATES },
  }),
});
export type ListWorkersQuery = z.output<typeof listWorkersQuerySchema>;
