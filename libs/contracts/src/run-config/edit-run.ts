import { z } from 'zod';
import { labelKey, labelValue } from '../labels.js';
import { runName } from './run-config.js';

/** Body of `PATCH /runs/:id` and `PATCH /evaluations/:id`: a merge patch of what is no part of the work. */
export const editRunSchema = z
  .strictObject({
    /** null: none. */
    name: runName.nullable().optional(),
    /** Added to those that are there; null takes one away. */
    labels: z.record(labelKey, labelValue.nullable()).optional(),
  })
  .refine(({ name, labels }) => name !== undefined || labels !== undefined, 'must change name or labels');
export type EditRun = z.output<typeof editRunSchema>;

/** Labels after a patch. */
export function patchLabels(
  labels: Readonly<Record<string, string>>,
  patch: Readonly<Record<string, string | null>> = {},
): Record<string, string> {
  const merged = new Map(Object.entries(labels));
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) merged.delete(key);
    else merged.set(key, value);
  }
  // Object.fromEntries defines its keys: one named __proto__ is data like any other.
  return Object.fromEntries(merged);
}
