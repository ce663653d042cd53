import { ERRORS, type ErrorCode, type FieldError, type Problem } from '#contracts';

/** An issue of a Standard Schema; zod adds `keys` to its issue about unknown keys. */
interface SchemaIssue {
  readonly message: string;
  readonly path?: ReadonlyArray<PropertyKey | { readonly key: PropertyKey }> | undefined;
  readonly keys?: readonly string[];
}

function toPointer(path: readonly PropertyKey[]): string {
  return path.map((segment) => `/${String(segment).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

/** More are of no use to a human, and a hostile body must not make a large answer. */
const MAX_ERRORS = 50;
const MAX_MESSAGE = 300;

/** One entry per wrong field; an unknown key is named itself, not by its parent. */
export function toFieldErrors(issues: readonly SchemaIssue[]): FieldError[] {
  const errors: FieldError[] = [];
  for (const issue of issues) {
    const path = (issue.path ?? []).map((segment) => (typeof segment === 'object' ? segment.key : segment));
    if (issue.keys?.length) {
      for (const key of issue.keys) errors.push({ pointer: toPointer([...path, key]), message: 'is not a known field' });
    } else {
      errors.push({ pointer: toPointer(path), message: issue.message });
    }
    if (errors.length >= MAX_ERRORS) break;
  }
  return errors.slice(0, MAX_ERRORS).map(({ pointer, message }) => ({
    pointer: pointer.slice(0, MAX_MESSAGE),
    message: message.slice(0, MAX_MESSAGE),
  }));
}

/** RFC 9457 problem details for a code of ours. */
export function toProblem(code: ErrorCode, detail: string, instance: string, errors?: readonly FieldError[]): Problem {
  const { title, httpStatus } = ERRORS[code];
  const problem: Problem = { type: `urn:arcfleet:problem:${code}`, title, status: httpStatus, detail, code, instance };
  return errors ? { ...problem, errors: [...errors] } : problem;
}
