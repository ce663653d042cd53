import { z } from 'zod';

/** Who changed what through the API. */
export const auditEventSchema = z.object({
  id: z.string(),
  at: z.string(),
  /** Id of the key that asked, or `system`. */
  actor: z.string(),
  /** Operation, as the OpenAPI document names it. */
  action: z.string(),
  resourceId: z.string(),
  /** What changed, without secrets. */
  details: z.record(z.string(), z.unknown()),
});
export type AuditEvent = z.output<typeof auditEventSchema>;

/** Answer to `GET /audit`: newest first. */
export const auditListSchema = z.object({ events: z.array(auditEventSchema), next: z.string().nullable() });
export type AuditList = z.output<typeof auditListSchema>;
