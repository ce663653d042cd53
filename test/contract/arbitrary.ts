import fc, { type Arbitrary } from 'fast-check';

export type Json = Record<string, unknown>;

/** No value is larger: what is tested are forms, not sizes. */
const MOST = 12;

/** Values that fit a JSON schema of the document, as far as it says; rules between fields it does not say. */
export function fitting(schema: Json, components: Readonly<Record<string, Json>>): Arbitrary<unknown> {
  const go = (next: unknown): Arbitrary<unknown> => fitting(next as Json, components);
  const ref = schema['$ref'];
  if (typeof ref === 'string') return go(components[ref.split('/').at(-1)!]);
  if ('const' in schema) return fc.constant(schema['const']);
  if (Array.isArray(schema['enum'])) return fc.constantFrom(...(schema['enum'] as unknown[]));
  const members = (schema['anyOf'] ?? schema['oneOf']) as unknown[] | undefined;
  if (members) return fc.oneof(...members.map(go));
  const types = [schema['type'] ?? 'any'].flat() as string[];
  if (types.length > 1) return fc.oneof(...types.map((type) => go({ ...schema, type })));
  switch (types[0]) {
    case 'null':
      return fc.constant(null);
    case 'boolean':
      return fc.boolean();
    case 'integer':
      return fc.integer({ min: minOf(schema) ?? -1_000_000, max: maxOf(schema) ?? 1_000_000 });
    case 'number': {
      const [min, max] = [minOf(schema) ?? -1e6, maxOf(schema) ?? 1e6];
      const isOpen = schema['exclusiveMinimum'] !== undefined;
      return fc.double({ min, max, noNaN: true, minExcluded: isOpen });
    }
    case 'string':
      return textOf(schema);
    case 'array': {
      const prefix = schema['prefixItems'] as unknown[] | undefined;
      if (prefix) return fc.tuple(...prefix.map(go));
      const [min, max] = [Number(schema['minItems'] ?? 0), Number(schema['maxItems'] ?? MOST)];
      return fc.array(go(schema['items'] ?? {}), { minLength: min, maxLength: Math.max(min, Math.min(max, 3)) });
    }
    case 'object':
      return objectOf(schema, go);
    default:
      return fc.jsonValue({ maxDepth: 2 });
  }
}

function objectOf(schema: Json, go: (next: unknown) => Arbitrary<unknown>): Arbitrary<unknown> {
  const properties = (schema['properties'] ?? {}) as Json;
  const fields = Object.fromEntries(Object.entries(properties).map(([name, field]) => [name, go(field)]));
  const requiredKeys = (schema['required'] ?? []) as string[];
  const known = fc.record(fields, { requiredKeys });
  const { additionalProperties } = schema;
  if (typeof additionalProperties !== 'object' || additionalProperties === null) return known;
  const names = schema['propertyNames']
    ? go({ type: 'string', ...(schema['propertyNames'] as Json) })
    : fc.string({ maxLength: MOST });
  const others = fc.dictionary(names as Arbitrary<string>, go(additionalProperties), { maxKeys: 3 });
  return fc.tuple(known, others).map(([own, more]) => ({ ...more, ...own }));
}

function textOf(schema: Json): Arbitrary<string> {
  const [min, max] = [Number(schema['minLength'] ?? 0), Number(schema['maxLength'] ?? MOST)];
  switch (schema['format']) {
    case 'date-time':
      return fc.date({ noInvalidDate: true }).map((date) => date.toISOString());
    case 'uri':
      return fc.webUrl();
    case 'base64':
      return fc.base64String({ minLength: Math.max(min, 4), maxLength: 40 });
  }
  if (typeof schema['pattern'] === 'string') return fc.stringMatching(new RegExp(schema['pattern'], 'u'));
  const unit = fc.oneof({ weight: 9, arbitrary: fc.string({ minLength: min, maxLength: Math.max(min, Math.min(max, MOST)) }) });
  return fc.oneof(
    { weight: 4, arbitrary: unit },
    { weight: 1, arbitrary: fc.string({ unit: 'binary', minLength: min, maxLength: Math.max(min, Math.min(max, MOST)) }) },
  );
}

const minOf = (schema: Json) => (schema['minimum'] ?? schema['exclusiveMinimum']) as number | undefined;
const maxOf = (schema: Json) => (schema['maximum'] ?? schema['exclusiveMaximum']) as number | undefined;

/** The value with one thing in it that does not belong there: most do not fit the schema any more. */
export function spoiled(values: Arbitrary<unknown>): Arbitrary<unknown> {
  const wrong = fc.oneof(
    fc.jsonValue({ maxDepth: 1 }),
    fc.constantFrom<unknown>(null, '', -1, 0.5, 1e300, 2 ** 53, '\0', '\ud800', '__proto__', [], {}, '9'.repeat(500)),
  );
  return fc.tuple(values, wrong, fc.nat(), fc.nat()).map(([value, replacement, where, how]) => {
    const places = placesOf(value);
    const place = places[where % places.length]!;
    if (place.length === 0) return replacement;
    const copy = structuredClone(value);
    const parent = place.slice(0, -1).reduce<unknown>((inner, key) => (inner as Json)[key], copy) as Json;
    const last = place.at(-1)!;
    if (how % 3 === 0 && !Array.isArray(parent)) delete parent[last];
    else if (how % 3 === 1 && !Array.isArray(parent)) parent[`x${last}`.slice(0, 40)] = replacement;
    else parent[last] = replacement;
    return copy;
  });
}

/** Paths of the value and of all that is in it. */
function placesOf(value: unknown, path: string[] = []): string[][] {
  if (value === null || typeof value !== 'object') return [path];
  return [path, ...Object.entries(value).flatMap(([key, item]) => placesOf(item, [...path, key]))];
}
