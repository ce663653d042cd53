/** A JSON object. */
export type JsonObject = Readonly<Record<string, unknown>>;

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * A configuration with some of it replaced. Objects merge; arrays and scalars replace; null takes a field away, so that the schema's
 * default holds; an object that changes its `name` (loss, optimizer, schedule, network ...) is replaced whole, since the fields of one
 * kind mean nothing to another. The top level merges in any case: there `name` is a title.
 */
export function mergeConfig(base: JsonObject, overrides: JsonObject): JsonObject {
  const merged = new Map(Object.entries(base));
  for (const [key, value] of Object.entries(overrides)) {
    if (value === null) merged.delete(key);
    else merged.set(key, mergeValue(merged.get(key), value));
  }
  // Object.fromEntries defines its keys: one named __proto__ is data like any other.
  return Object.fromEntries(merged);
}

function mergeValue(base: unknown, value: unknown): unknown {
  if (!isJsonObject(value)) return value;
  const isOther = isJsonObject(base) && typeof value['name'] === 'string' && value['name'] !== base['name'];
  return mergeConfig(isJsonObject(base) && !isOther ? base : {}, value);
}

/** What is at a path; undefined where there is nothing. */
export function valueAt(root: unknown, path: readonly PropertyKey[]): unknown {
  let value = root;
  for (const key of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
    value = (value as Record<PropertyKey, unknown>)[key];
  }
  return value;
}
