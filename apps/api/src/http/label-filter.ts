import { z } from 'zod';
import { MAX_LABELS } from '#contracts';
import { parameter } from './operation.js';

/** `label=key:value` of every list. The key ends at the first colon. */
export const labelFilter = parameter(
  z
    .union([z.string(), z.array(z.string())])
    .transform((value) => [value].flat())
    .pipe(z.array(z.string().regex(/^[^:\0]{1,63}:[^\0]{0,255}$/u, 'must be key:value')).max(MAX_LABELS))
    .optional(),
  'Only those with this label, `key:value`; repeated: with all of them',
  { type: 'array', items: { type: 'string', pattern: '^[^:]{1,63}:.{0,255}$' } },
);

/** Key and value of each. */
export const splitLabels = (labels: readonly string[]): [key: string, value: string][] =>
  labels.map((text) => {
    const end = text.indexOf(':');
    return [text.slice(0, end), text.slice(end + 1)];
  });
