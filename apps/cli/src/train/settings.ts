import { InvalidArgumentError } from 'commander';
import { mergeConfig, type JsonObject } from '#contracts';

/** One `--set key.path=value`. */
export interface Setting {
  readonly path: readonly string[];
  readonly value: unknown;
}

/**
 * Reads `key.path=value`. A value that is JSON is taken as such (numbers, booleans, null, lists, objects), anything else as text.
 * @throws InvalidArgumentError
 */
export function parseSetting(text: string): Setting {
  const equals = text.indexOf('=');
  const path = text.slice(0, Math.max(0, equals)).split('.');
  if (equals < 1 || path.some((key) => !/^[A-Za-z][A-Za-z0-9_-]*$/.test(key))) {
    throw new InvalidArgumentError('key.path=value is expected, for example optimizer.clipNorm=5');
  }
  return { path, value: parseValue(text.slice(equals + 1)) };
}

function parseValue(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

/** The settings as one object; a later one wins. */
export function settingsObject(settings: readonly Setting[]): JsonObject {
  return settings.reduce<JsonObject>((whole, { path, value }) => setIn(whole, path, value), {});
}

/** Null must stay here: it is the caller who merges that gives it its meaning. */
function setIn(whole: JsonObject, [key, ...rest]: readonly string[], value: unknown): JsonObject {
  if (key === undefined) return whole;
  const inner = whole[key];
  const isObject = typeof inner === 'object' && inner !== null && !Array.isArray(inner);
  return { ...whole, [key]: rest.length === 0 ? value : setIn(isObject ? (inner as JsonObject) : {}, rest, value) };
}

/** Settings over a configuration, by the rules of a recipe's overrides. */
export function applySettings(config: JsonObject, settings: readonly Setting[]): JsonObject {
  return mergeConfig(config, settingsObject(settings));
}
