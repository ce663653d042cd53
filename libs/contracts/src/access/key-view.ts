import { z } from 'zod';
import { NAME } from '../names.js';
import { GRANTS } from './scopes.js';

/** How a key may be called. */
const keyName = z.string().regex(NAME, 'must be 1 to 63 of a-z, 0-9, dot, dash and underscore, a letter or digit first');

/** Days until a key expires; null: never. */
const expiresInDays = z.int().min(1).max(3650).nullable();

/** Body of `POST /keys`. */
export const createKeySchema = z.strictObject({
  name: keyName,
  grants: z
    .array(z.enum(GRANTS))
    .min(1)
    .max(GRANTS.length)
    .transform((grants) => [...new Set(grants)]),
  expiresInDays: expiresInDays.default(365),
});
export type CreateKey = z.output<typeof createKeySchema>;

/** Body of `PATCH /keys/:id`: what is left out stays. `expiresInDays` counts from now. */
export const updateKeySchema = z
  .strictObject({ name: keyName.optional(), expiresInDays: expiresInDays.optional() })
  .refine(({ name, expiresInDays }) => name !== undefined || expiresInDays !== undefined, 'must change something');
export type UpdateKey = z.output<typeof updateKeySchema>;

/** Body of `POST /keys/:id/rotate`: how long the old secret stays valid. */
export const rotateKeySchema = z.strictObject({ overlapSeconds: z.int().min(0).max(604_800).default(86_400) });
export type RotateKey = z.output<typeof rotateKeySchema>;

export const KEY_STATUSES = ['active', 'expired', 'revoked'] as const;

/** Answer to `GET /keys/:id`. Never holds the secret. */
export const keyViewSchema = z.object({
  id: z.string(),
  name: z.string(),
  /** The beginning of the key, by which people know it again. */
  hint: z.string(),
  grants: z.array(z.enum(GRANTS)),
  status: z.enum(KEY_STATUSES),
  createdAt: z.string(),
  /** Id of the key that made it, or `system`. */
  createdBy: z.string(),
  expiresAt: z.string().nullable(),
  revokedAt: z.string().nullable(),
  /** Exact to a minute. */
  lastUsedAt: z.string().nullable(),
  /** Until then the secret of before the last rotation is valid, too. */
  previousValidUntil: z.string().nullable(),
  /** Changes with every edit: the ETag. */
  revision: z.number().int(),
  urls: z.object({ self: z.string(), rotate: z.string() }),
});
export type KeyView = z.output<typeof keyViewSchema>;

/** Answer to `POST /keys` and `POST /keys/:id/rotate`: the only place where the key itself stands. */
export const keyWithTokenSchema = keyViewSchema.extend({
  /** The key; null in a repeated answer. */
  token: z.string().nullable(),
});
export type KeyWithToken = z.output<typeof keyWithTokenSchema>;

/** Answer to `GET /keys`: newest first. */
export const keyListSchema = z.object({ keys: z.array(keyViewSchema), next: z.string().nullable() });
export type KeyList = z.output<typeof keyListSchema>;
