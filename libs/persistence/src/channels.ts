/** Postgres NOTIFY channels. A notification is a hint: who listens also looks by itself from time to time. */
export const CHANNELS = {
  /** A run was created or its cancel was requested; payload: run id. Wakes `results`. */
  runs: 'arcfleet_runs',
  /** An event was appended; payload: run id. Wakes SSE streams. */
  events: 'arcfleet_events',
  /** Lines were added to a log; payload: run id. Wakes those who follow it. */
  logs: 'arcfleet_logs',
  /** A webhook delivery was queued; payload: run id. Wakes the delivery scan. */
  deliveries: 'arcfleet_deliveries',
  /** A key was changed or revoked; payload: key id. Who has it in memory reads it again. */
  keys: 'arcfleet_keys',
  /** A schedule was created, changed or removed; payload: its id. Wakes whoever keeps the ticks. */
  schedules: 'arcfleet_schedules',
} as const;
export type Channel = (typeof CHANNELS)[keyof typeof CHANNELS];
