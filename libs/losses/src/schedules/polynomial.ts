import type { ScheduleConfig } from '#contracts';
import type { RunLength } from './run-length.js';
import { warmupShare, warmupStepsOf } from './warm-up.js';

/**
 * Linear warm-up, then base (1 - progress)^power, where progress runs from 0 in the first step after the warm-up to 1 when the
 * run ends: `PolynomialLRWarmup` of arcface_torch, whose warm-up is one step later and whose very first step has the full rate.
 */
export function polynomialRate(
  step: number,
  base: number,
  config: Extract<ScheduleConfig, { name: 'polynomial' }>,
  length: RunLength,
): number {
  const warmupSteps = warmupStepsOf(config, length);
  if (step < warmupSteps) return base * warmupShare(step, warmupSteps);
  if (step >= length.totalSteps) return 0;
  return base * (1 - (step - warmupSteps) / (length.totalSteps - warmupSteps)) ** config.power;
}
