import { z } from 'zod';

/** Steps of a run, counted from 1. */
export const steps = z.number().int().min(1).max(1_000_000_000);
/** A period in steps; 0: never. */
export const period = z.number().int().min(0).max(1_000_000_000);
export const positive = z.number().positive().max(1e6);
export const count = z.number().int().min(1).max(1_000_000);
export const share = z.number().positive().max(1);
/** A probability; 0: never. */
export const probability = z.number().min(0).max(1);
