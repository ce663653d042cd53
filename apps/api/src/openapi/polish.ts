import type { Json } from '../http/operation.js';

const MAY_GROW = 'More values may be added.';

/**
 * Makes zod's JSON Schema one that generated clients read well: `type: [..., "null"]` for a plain value that may be null, no limits of
 * JavaScript's numbers, no pattern beside a format that says the same, and answers that may grow: new fields, new values of enumerations.
 */
export function polish(schema: Json, io: 'input' | 'output'): Json {
  const { $schema: _schema, $id: _id, id: _name, parameter: _parameter, ...rest } = schema;
  const json = Object.fromEntries(
    Object.entries(rest).map(([key, value]) => [key, key === 'default' ? value : deep(value, io, key)]),
  );
  if (json['minimum'] === Number.MIN_SAFE_INTEGER) delete json['minimum'];
  if (json['maximum'] === Number.MAX_SAFE_INTEGER) delete json['maximum'];
  if (json['format'] !== undefined) delete json['pattern'];
  if (isJson(json['propertyNames']) && Object.keys(json['propertyNames']).join() === 'type') delete json['propertyNames'];
  if (io === 'output') {
    if (json['additionalProperties'] === false) delete json['additionalProperties'];
    if (Array.isArray(json['enum']) && json['enum'].length > 1) json['description'] ??= MAY_GROW;
  }
  return joinNull(json);
}

function deep(value: unknown, io: 'input' | 'output', key: string): unknown {
  if (Array.isArray(value)) return value.map((each) => deep(each, io, ''));
  if (!isJson(value)) return value;
  // The values of these are schemas by name; a field may be called `id` or `pattern`.
  if (key === 'properties') return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, deep(each, io, '')]));
  return polish(value, io);
}

/** `anyOf: [{ type: T, ... }, { type: null }]` as `type: [T, null]`. */
function joinNull(json: Json): Json {
  const { anyOf, ...rest } = json;
  if (!Array.isArray(anyOf) || anyOf.length !== 2 || (anyOf[1] as Json)['type'] !== 'null') return json;
  const [value] = anyOf as [Json];
  const isPlain = typeof value['type'] === 'string' && value['enum'] === undefined && value['const'] === undefined;
  return isPlain ? { ...value, type: [value['type'], 'null'], ...rest } : json;
}

function isJson(value: unknown): value is Json {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}
