import { z } from 'zod';
import type { Json, NamedSchema } from '../http/operation.js';
import { polish } from './polish.js';

/** `input`: what a client sends. */
export type Io = 'input' | 'output';
/** What a schema and its fields mean: text by JSON pointer into the component; '' is the schema itself. */
export type Descriptions = Readonly<Record<string, Readonly<Record<string, string>>>>;

const REFERENCE = '#/components/schemas/';

/** Schemas by name, as the operations bring them; what has a name is referred to wherever it stands in another. */
export class Components {
  private readonly found = new Map<string, { schema: z.ZodType; io: Io }>();

  /** @param shared referred to where others use them, and left out where none does. */
  constructor(private readonly shared: readonly NamedSchema[]) {}

  ref({ name, schema }: NamedSchema, io: Io): Json {
    const known = this.found.get(name);
    if (known && (known.schema !== schema || known.io !== io)) throw new Error(`Two schemas have the name ${name}.`);
    this.found.set(name, { schema, io });
    return { $ref: REFERENCE + name };
  }

  toJson(descriptions: Descriptions): Json {
    const schemas = { ...this.render('input'), ...this.render('output') };
    for (const [name, texts] of Object.entries(descriptions)) describe(schemas[name], texts);
    return Object.fromEntries(Object.entries(schemas).sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  private render(io: Io): Record<string, Json> {
    const registry = z.registry<{ id: string }>();
    const known = new Set<z.ZodType>();
    const add = (name: string, schema: z.ZodType): void => {
      // A schema under a second name is another component.
      registry.add(known.has(schema) ? schema.clone() : schema, { id: name });
      known.add(schema);
    };
    for (const [name, { schema, io: own }] of this.found) if (own === io) add(name, schema);
    const asked = [...this.found].flatMap(([name, { io: own }]) => (own === io ? [name] : []));
    if (io === 'output') for (const { name, schema } of this.shared) if (!this.found.has(name)) add(name, schema);
    // `any`: what a function checks JSON Schema cannot say.
    const options = { io, unrepresentable: 'any', uri: (id: string) => REFERENCE + id } as const;
    const all = (z.toJSONSchema(registry, options) as { schemas: Record<string, Json> }).schemas;
    const used = reachable(all, asked);
    return Object.fromEntries(Object.entries(all).flatMap(([name, json]) => (used.has(name) ? [[name, polish(json, io)]] : [])));
  }
}

/** A schema that stands in one place only and needs no name. */
export function inlineSchema(schema: z.ZodType, io: Io): Json {
  const { $schema: _, ...json } = z.toJSONSchema(schema, { io, unrepresentable: 'any' });
  return polish(json, io);
}

/** The schemas that are asked for, and those that they refer to. */
function reachable(all: Readonly<Record<string, Json>>, asked: readonly string[]): Set<string> {
  const used = new Set<string>();
  const visit = (value: unknown): void => {
    if (value === null || typeof value !== 'object') return;
    for (const [key, item] of Object.entries(value)) {
      if (key === '$ref' && typeof item === 'string') reach(item.slice(REFERENCE.length));
      else visit(item);
    }
  };
  const reach = (name: string): void => {
    if (used.has(name)) return;
    used.add(name);
    visit(all[name]);
  };
  asked.forEach(reach);
  return used;
}

function describe(schema: Json | undefined, texts: Readonly<Record<string, string>>): void {
  for (const [pointer, description] of Object.entries(texts)) {
    const keys = pointer.split('/').slice(1);
    const target = keys.reduce<unknown>((value, key) => (value as Json | undefined)?.[key], schema) as Json | undefined;
    if (target) target['description'] = [description, target['description']].filter(Boolean).join(' ');
  }
}
