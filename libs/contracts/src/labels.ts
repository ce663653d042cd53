import { z } from 'zod';

export const labelKey = z.string().min(1).max(63);
export const labelValue = z.string().max(255);
/** Labels of anything, as they are stored. */
export const labelsRecord = z.record(labelKey, labelValue);

/** Labels that a request may bring; what is stored may have more. */
export const MAX_LABELS = 64;

export const labelsSchema = labelsRecord.refine(
  (labels) => Object.keys(labels).length <= MAX_LABELS,
  `must have at most ${MAX_LABELS} entries`,
);

/** The same where the schema of what is stored is the base of the request's. */
export const checkLabels = ({ labels }: { labels: Readonly<Record<string, string>> }, context: z.RefinementCtx): void => {
  if (Object.keys(labels).length <= MAX_LABELS) return;
  context.addIssue({ code: 'custom', path: ['labels'], message: `must be at most ${MAX_LABELS}` });
};
