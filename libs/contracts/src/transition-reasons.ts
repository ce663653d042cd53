import { ERRORS, type ErrorCode } from './errors.js';

/** Why a run changed its status, where no error is the cause; docs/api.md is held to this table by a spec. */
export const TRANSITION_REASONS = {
  created: { statuses: ['queued'], meaning: 'It was asked for.' },
  admitted: { statuses: ['starting'], meaning: 'All its ranks have their slots.' },
  training: { statuses: ['running'], meaning: 'The ranks found each other and train.' },
  evaluating: { statuses: ['running'], meaning: 'The model is open and is evaluated.' },
  working: { statuses: ['running'], meaning: 'A worker does the task.' },
  stopped: { statuses: ['queued'], meaning: 'Its workers leave in order; it goes on from its checkpoint when slots are free.' },
  completed: { statuses: ['succeeded'], meaning: 'All that was asked for is done.' },
  early_stop: { statuses: ['succeeded'], meaning: 'A verification reached `earlyStop.accuracy`.' },
  canceled_by_user: { statuses: ['canceling', 'canceled'], meaning: 'Somebody canceled it.' },
  queued_too_long: { statuses: ['canceled'], meaning: 'A request for embeddings found no free slot in 10 minutes.' },
} as const;

/** Beside these, the code of the error that ended a generation: `queued` where it starts again, `failed` where it does not. */
export type TransitionReason = keyof typeof TRANSITION_REASONS | ErrorCode;

export function isTransitionReason(reason: string): reason is TransitionReason {
  return Object.hasOwn(TRANSITION_REASONS, reason) || Object.hasOwn(ERRORS, reason);
}
