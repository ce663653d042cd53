import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import type { Descriptions } from '../../apps/api/src/openapi/components.js';

type Json = Record<string, unknown>;
const root = fileURLToPath(new URL('../../../', import.meta.url));
const SHARED = 'apps/api/src/openapi/document.ts';

/**
 * What the doc comments of schemas say, for every schema that a `named('Name', schema)` in the API brings into the document: text by
 * JSON pointer into its component. zod keeps comments in its types, so the compiler knows which belongs to which field, whatever was
 * spread, extended or omitted on the way.
 *
 * @param schemas the components of the document, whose fields are looked for.
 */
export function readDescriptions(schemas: Readonly<Record<string, Json>>): Descriptions {
  const config = ts.readConfigFile(`${root}tsconfig.json`, ts.sys.readFile).config as { compilerOptions: Json };
  const { options } = ts.convertCompilerOptionsFromJson(config.compilerOptions, root);
  const program = ts.createProgram([`${root}apps/api/src/app.module.ts`, root + SHARED], { ...options, noEmit: true });
  const checker = program.getTypeChecker();
  const found: Record<string, Record<string, string>> = {};
  for (const file of program.getSourceFiles()) {
    if (!file.fileName.startsWith(`${root}apps/api/src/`)) continue;
    visitNamed(file, (name, expression) => {
      if (!schemas[name] || found[name]) return;
      const texts: Record<string, string> = {};
      const own = commentOfSchema(checker, expression);
      if (own) texts[''] = own;
      const type = valueType(checker, expression, file);
      if (type) describe(checker, { type, json: schemas[name], pointer: '', at: expression }, texts);
      if (Object.keys(texts).length > 0) found[name] = texts;
    });
  }
  return Object.fromEntries(Object.entries(found).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function visitNamed(node: ts.Node, found: (name: string, schema: ts.Expression) => void): void {
  if (ts.isCallExpression(node) && node.expression.getText() === 'named') {
    const [name, schema] = node.arguments;
    if (name && schema && ts.isStringLiteral(name)) found(name.text, schema);
  }
  ts.forEachChild(node, (child) => visitNamed(child, found));
}

/** Comment above the schema's declaration, through the index that exports it. */
function commentOfSchema(checker: ts.TypeChecker, expression: ts.Expression): string {
  let symbol = checker.getSymbolAtLocation(expression);
  if (symbol && symbol.flags & ts.SymbolFlags.Alias) symbol = checker.getAliasedSymbol(symbol);
  return symbol ? textOf(checker, symbol) : '';
}

/** Type of what the schema takes or gives; both carry the comments, and the input misses no field. */
function valueType(checker: ts.TypeChecker, expression: ts.Expression, at: ts.Node): ts.Type | null {
  const inner = checker.getTypeAtLocation(expression).getProperty('_zod');
  const input = inner && checker.getTypeOfSymbolAtLocation(inner, at).getProperty('input');
  return input ? checker.getTypeOfSymbolAtLocation(input, at) : null;
}

interface Place {
  readonly type: ts.Type;
  readonly json: Json;
  readonly pointer: string;
  readonly at: ts.Node;
}

function describe(checker: ts.TypeChecker, place: Place, texts: Record<string, string>): void {
  const { json, pointer, at } = place;
  const type = checker.getNonNullableType(place.type);
  const go = (inner: ts.Type | undefined, next: unknown, path: string): void => {
    if (inner && isJson(next)) describe(checker, { type: inner, json: next, pointer: pointer + path, at }, texts);
  };
  for (const key of ['anyOf', 'oneOf']) {
    const members = Array.isArray(json[key]) ? (json[key] as Json[]) : [];
    members.forEach((member, index) => go(memberOf(checker, type, member, at), member, `/${key}/${index}`));
  }
  for (const [name, field] of Object.entries(isJson(json['properties']) ? json['properties'] : {})) {
    const symbol = checker.getPropertyOfType(type, name);
    if (!symbol) continue;
    const path = `/properties/${name}`;
    const text = textOf(checker, symbol);
    if (text) texts[pointer + path] = text;
    go(checker.getTypeOfSymbolAtLocation(symbol, at), field, path);
  }
  if (isJson(json['items'])) go(checker.getIndexTypeOfType(type, ts.IndexKind.Number), json['items'], '/items');
  if (isJson(json['additionalProperties'])) {
    go(checker.getIndexTypeOfType(type, ts.IndexKind.String), json['additionalProperties'], '/additionalProperties');
  }
}

/** The member of a union that a schema stands for: that with the same literals, else that with the same fields. */
function memberOf(checker: ts.TypeChecker, type: ts.Type, json: Json, at: ts.Node): ts.Type | undefined {
  const members = (type.isUnion() ? type.types : [type]).filter((each) => each.flags & ts.TypeFlags.Object);
  const properties = isJson(json['properties']) ? json['properties'] : null;
  if (!properties) return members.length === 1 ? members[0] : undefined;
  const literals = Object.entries(properties).filter(([, field]) => isJson(field) && field['const'] !== undefined);
  const names = Object.keys(properties).sort().join();
  return members.find((member) => {
    if (literals.length === 0) {
      return (
        checker
          .getPropertiesOfType(member)
          .map(({ name }) => name)
          .sort()
          .join() === names
      );
    }
    return literals.every(([name, field]) => {
      const symbol = checker.getPropertyOfType(member, name);
      const value = symbol && checker.getNonNullableType(checker.getTypeOfSymbolAtLocation(symbol, at));
      return value?.isLiteral() === true && value.value === (field as Json)['const'];
    });
  });
}

function textOf(checker: ts.TypeChecker, symbol: ts.Symbol): string {
  const text = ts.displayPartsToString(symbol.getDocumentationComment(checker));
  return text
    .replace(/\{@link\s+([^}]+)\}/g, '$1')
    .replace(/\s*\n\s*/g, ' ')
    .trim();
}

function isJson(value: unknown): value is Json {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}
