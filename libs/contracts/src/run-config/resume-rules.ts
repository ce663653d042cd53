import { isJsonObject, type JsonObject } from '../recipes/merge-config.js';
import type { RunConfig } from './run-config.js';

/** Fields that may change while the training stays the same one, at their top level. */
export const RESUME_CHANGEABLE = [
  'ranks',
  'maxSteps',
  'epochs',
  'verification',
  'checkpoint',
  'faults',
  'communication',
  'engine',
  'labels',
  'name',
] as const;

/** A value that differs; texts are JSON. */
export interface ConfigDifference {
  /** Path of the field, with dots. */
  readonly field: string;
  readonly before: string;
  readonly after: string;
}

/** What would make a run that goes on from a checkpoint another training: every field that differs and may not. */
export function resumeDifferences(before: RunConfig, after: RunConfig): ConfigDifference[] {
  const [old, fresh] = [leavesOf(toInput(before)), leavesOf(toInput(after))];
  const fields = [...new Set([...old.keys(), ...fresh.keys()])];
  const changeable: readonly string[] = RESUME_CHANGEABLE;
  return fields
    .map((field) => ({ field, before: old.get(field) ?? 'not set', after: fresh.get(field) ?? 'not set' }))
    .filter(({ field, before: was, after: is }) => was !== is && !changeable.includes(field.split('.')[0] ?? ''));
}

/** Numbers of ranks that can hold a batch in its groups, each whole and in whole micro-batches. */
export function ranksThatHold({ globalBatchSize, accumulationSteps, bnGroupSize }: RunConfig['batch']): number[] {
  const numGroups = globalBatchSize / (accumulationSteps * bnGroupSize);
  return Array.from({ length: Math.floor(numGroups) }, (_, index) => index + 1).filter((count) => numGroups % count === 0);
}

/** A resolved configuration as what a schema takes: undefined fields are none. */
export const toInput = (config: RunConfig): JsonObject => JSON.parse(JSON.stringify(config)) as JsonObject;

/** Postgres keeps the fields of an object in an order of its own. */
const inOrder = (_: string, value: unknown): unknown =>
  isJsonObject(value) ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))) : value;

/** Values as JSON by the path of their field. */
function leavesOf(value: unknown, path: readonly string[] = []): Map<string, string> {
  if (!isJsonObject(value)) return new Map([[path.join('.'), JSON.stringify(value, inOrder)]]);
  return new Map(Object.entries(value).flatMap(([key, inner]) => [...leavesOf(inner, [...path, key])]));
}
