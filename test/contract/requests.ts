import fc, { type Arbitrary } from 'fast-check';
import { fitting, spoiled, type Json } from './arbitrary.js';
import type { Contract, ContractOperation, Parameter } from './contract.js';

export interface GeneratedRequest {
  readonly url: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

const NOT_THERE = ['..%2f..%2fetc', '%00', '0', 'x'.repeat(300), 'run_00000000000000000000', '%F0%9F%92%A9', "'%20or%201=1--"];
const ODD_TEXTS = ['', ' ', '-1', '1e3', 'NaN', '\u00e9', '9'.repeat(40), '[object Object]', '%', '"', 'a,b', '🙂'];
const encode = encodeURIComponent;

/**
 * Requests to an operation. Those that are `isWrong` have one part that is likely not to fit.
 * @param seen values of a parameter that answers have shown: ids of what there is, cursors.
 */
export function requestsTo(
  contract: Contract,
  operation: ContractOperation,
  { isWrong, seen }: { readonly isWrong: boolean; readonly seen: (parameter: Parameter) => readonly string[] },
): Arbitrary<GeneratedRequest> {
  const { parameters, body, method, path } = operation;
  const valueOf = ({ schema }: Parameter) => fitting(schema, contract.components);
  const texts = (values: Arbitrary<unknown>) => values.map((value) => String(value).toWellFormed());
  const inPath = fc.record(
    Object.fromEntries(
      parameters.filter(isIn('path')).map((each) => {
        const there = seen(each);
        const known =
          there.length > 0
            ? fc.constantFrom(...there)
            : texts(valueOf(each))
                .filter((text) => !/^\.*$/.test(text))
                .map(encode);
        const other = fc.constantFrom(...NOT_THERE);
        return [each.name, isWrong ? fc.oneof({ weight: 3, arbitrary: known }, { weight: 1, arbitrary: other }) : known];
      }),
    ),
  );
  const oneOrOdd = (each: Parameter) => {
    const there = seen(each);
    const fit = there.length > 0 ? fc.constantFrom(...there) : texts(valueOf(each));
    return isWrong ? fc.oneof(fit, fc.constantFrom(...ODD_TEXTS)) : fit;
  };
  const optional = (where: Parameter['in']) => {
    const some = parameters.filter(isIn(where));
    const requiredKeys = some.filter(({ required }) => required === true && !isWrong).map(({ name }) => name);
    return fc.record(Object.fromEntries(some.map((each) => [each.name, oneOrOdd(each)])), { requiredKeys }) as Arbitrary<
      Record<string, string>
    >;
  };
  const made = body === null ? fc.constant(undefined) : fitting(body, contract.components);
  const shown = operation.examples.map((example) => fc.constant(example));
  // Rules between fields let few made bodies pass; what the document shows with a field exchanged has better chances.
  const bodies = shown.length === 0 ? made : fc.oneof(made, ...shown, mixed(fc.oneof(...shown), made));
  const sent = body === null ? fc.constant(undefined) : bodiesOf(bodies, isWrong);
  return fc.tuple(inPath, optional('query'), optional('header'), sent, fc.nat(9)).map(([ids, query, header, text, dice]) => {
    const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => (ids as Record<string, string>)[name]!);
    const extra = isWrong && dice === 0 ? { unknown: '1' } : {};
    const search = Object.entries({ ...query, ...extra }).map(([name, value]) => `${encode(name)}=${encode(value)}`);
    const visible = Object.entries(header).map(([name, value]) => [name, headerSafe(value)] as const);
    return {
      url: search.length > 0 ? `${filled}?${search.join('&')}` : filled,
      method,
      headers: { ...(text === undefined ? {} : { 'content-type': 'application/json' }), ...Object.fromEntries(visible) },
      ...(text === undefined ? {} : { body: text }),
    };
  });
}

const isIn = (where: Parameter['in']) => (each: Parameter) => each.in === where;

/** The one with a field of the other. */
function mixed(one: Arbitrary<unknown>, other: Arbitrary<unknown>): Arbitrary<unknown> {
  return fc.tuple(one, other, fc.nat()).map(([base, donor, where]) => {
    const fields = Object.entries(donor as Json);
    return fields.length === 0 ? base : { ...(base as Json), ...Object.fromEntries([fields[where % fields.length]!]) };
  });
}

/** Bodies that fit; if wrong those that do not, and some that are no JSON at all. */
function bodiesOf(bodies: Arbitrary<unknown>, isWrong: boolean): Arbitrary<string> {
  if (!isWrong) return bodies.map((value) => JSON.stringify(value));
  return fc.oneof(
    { weight: 8, arbitrary: spoiled(bodies).map((value) => JSON.stringify(value) ?? 'null') },
    { weight: 1, arbitrary: fc.constantFrom('{', 'nul', '[1,', '\ufeff{}', '"\\u0000"', '{"__proto__":{"a":1}}') },
  );
}

/** What no client can put into a header is left out. */
const headerSafe = (text: string): string => text.replace(/[^\x20-\x7e]/g, '').trim();
