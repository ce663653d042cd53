export { planDue } from './due-policy.js';
export type { DuePlan, DueSchedule, MissedTime } from './due-policy.js';
export { checkRecurrence, nextTime, nextTimes } from './next-times.js';
export type { Recurrence } from './next-times.js';
export { planReconcile } from './reconcile-policy.js';
export type { FoundTick, ReconcilePlan, WantedTick } from './reconcile-policy.js';
export { toZoned } from './zone.js';
