import { z } from 'zod';
import { period, positive, steps } from './numbers.js';

const clipping = {
  /** Global norm to which the backbone's gradient is clipped; the head is never clipped. null: no clipping. */
  clipNorm: positive.nullable().default(null),
};
const rate = z.number().positive().max(100);

export const optimizerSchema = z.discriminatedUnion('name', [
  z.strictObject({
    name: z.literal('sgd').optional().default('sgd'),
    learningRate: rate.default(0.1),
    momentum: z.number().min(0).max(0.9999).default(0.9),
    weightDecay: z.number().min(0).max(1).default(5e-4),
    ...clipping,
  }),
  /** Decoupled weight decay (Loshchilov and Hutter, 2019); defaults of arcface_torch. */
  z.strictObject({
    name: z.literal('adamw'),
    learningRate: rate.default(1e-3),
    beta1: z.number().min(0).max(0.9999).default(0.9),
    beta2: z.number().min(0).max(0.999999).default(0.999),
    epsilon: z.number().positive().max(1).default(1e-8),
    weightDecay: z.number().min(0).max(1).default(0.1),
    ...clipping,
  }),
]);
export const OPTIMIZERS = ['sgd', 'adamw'] as const;
export type OptimizerName = (typeof OPTIMIZERS)[number];
export type OptimizerConfig = z.output<typeof optimizerSchema>;

const warmup = {
  /** Linear rise over that many steps: step k of w has the rate k / w times the full one. */
  warmupSteps: period.default(0),
  /** The same in epochs; the longer of both counts. */
  warmupEpochs: z.number().min(0).max(1e6).default(0),
};

export const scheduleSchema = z.discriminatedUnion('name', [
  z.strictObject({
    name: z.literal('steps').optional().default('steps'),
    /** Global steps at which the rate is multiplied by `factor`. */
    boundaries: z.array(steps).max(100).default([]),
    factor: z.number().positive().max(1).default(0.1),
    ...warmup,
  }),
  /** After the warm-up, (1 - progress)^power down to 0 at the run's end, as in arcface_torch. */
  z.strictObject({ name: z.literal('polynomial'), power: positive.default(1), ...warmup }),
]);
export const LR_SCHEDULES = ['steps', 'polynomial'] as const;
export type LrScheduleName = (typeof LR_SCHEDULES)[number];
export type ScheduleConfig = z.output<typeof scheduleSchema>;
