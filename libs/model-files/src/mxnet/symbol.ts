import { readFile, stat } from 'node:fs/promises';
import { z } from 'zod';
import { ArcFleetError } from '#contracts';

/** A node of MXNet's `symbol.json`; `null` is a variable. Attributes are Python literals as text. */
export interface SymbolNode {
  readonly op: string;
  readonly name: string;
  readonly attrs: Readonly<Record<string, string>>;
  /** Positions of earlier nodes, each by its first output. */
  readonly inputs: readonly number[];
}

export interface MxnetSymbol {
  readonly nodes: readonly SymbolNode[];
  /** Positions of the outputs. */
  readonly heads: readonly number[];
}

/** d201 has about a megabyte. */
const MAX_SYMBOL_BYTES = 32 * 1024 * 1024;
const MAX_NODES = 100_000;

const position = z.number().int().min(0).max(MAX_NODES);
const entrySchema = z.tuple([position, z.number().int()]).rest(z.number().int());
const textsSchema = z.record(z.string(), z.string());
const nodeSchema = z.looseObject({
  op: z.string().max(200),
  name: z.string().max(500),
  attrs: textsSchema.optional(),
  // Before version 1.0 attributes were called so.
  attr: textsSchema.optional(),
  param: textsSchema.optional(),
  inputs: z.array(entrySchema).max(1000),
});
const symbolSchema = z.looseObject({
  nodes: z.array(nodeSchema).min(1).max(MAX_NODES),
  heads: z.array(entrySchema).min(1).max(1000),
});

/**
 * Reads a symbol.
 *
 * @throws ArcFleetError `checkpoint_corrupt` naming the file and the entry.
 */
export async function readSymbol(path: string): Promise<MxnetSymbol> {
  const fail = (what: string) =>
    new ArcFleetError('checkpoint_corrupt', `${path}: ${what}. Copy it again, with the parameters that belong to it`, {
      file: path,
    });
  const found = await stat(path).catch((error: unknown) => {
    throw fail(`it cannot be opened: ${(error as Error).message}`);
  });
  if (found.size > MAX_SYMBOL_BYTES) throw fail(`a symbol of ${found.size} bytes`);
  let json: unknown;
  try {
    json = JSON.parse(await readFile(path, 'utf8'));
  } catch (error) {
    throw fail(`it is no JSON: ${(error as Error).message}`);
  }
  const parsed = symbolSchema.safeParse(json);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw fail(`it is no symbol of MXNet: ${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}`);
  }
  const nodes = parsed.data.nodes.map(({ op, name, attrs, attr, param, inputs }, index): SymbolNode => {
    const positions = inputs.map(([at]) => at);
    if (positions.some((at) => at >= index)) throw fail(`nodes.${index} (${name}) takes what comes after it`);
    return { op, name, attrs: { ...param, ...attr, ...attrs }, inputs: positions };
  });
  const heads = parsed.data.heads.map(([at]) => at);
  if (heads.some((at) => at >= nodes.length)) throw fail('heads name a node that is not there');
  return { nodes, heads };
}

/** The text of a `symbol.json`. */
export function symbolText({ nodes, heads }: MxnetSymbol): string {
  const json = {
    nodes: nodes.map(({ op, name, attrs, inputs }) => ({
      op,
      name,
      ...(Object.keys(attrs).length > 0 && { attrs }),
      inputs: inputs.map((at) => [at, 0, 0]),
    })),
    arg_nodes: nodes.flatMap(({ op }, index) => (op === 'null' ? [index] : [])),
    heads: heads.map((at) => [at, 0, 0]),
    attrs: { mxnet_version: ['int', 10901] },
  };
  return `${JSON.stringify(json, null, 2)}\n`;
}
