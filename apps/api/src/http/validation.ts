import { StandardSchemaValidationPipe } from '@nestjs/common';
import { validationError, type FieldError } from '#contracts';
import { toFieldErrors } from './problem.js';

/** Checks whatever has a schema: `@Body({ schema })`, `@Query({ schema })`. The handler gets the schema's output. */
export function createValidationPipe(): StandardSchemaValidationPipe {
  return new StandardSchemaValidationPipe({ exceptionFactory: (issues) => validationError(toFieldErrors(issues)) });
}

// Postgres stores neither NUL in text nor half a surrogate pair in jsonb. The u flag makes \p{Surrogate} mean lone ones only.
const UNSTORABLE = /\0|\p{Surrogate}/u;

/** Pointers of texts (values and keys) that no database text can hold. */
export function findUnstorable(value: unknown, pointer = ''): FieldError[] {
  if (typeof value === 'string') {
    return UNSTORABLE.test(value) ? [{ pointer, message: 'must not contain NUL or half a surrogate pair' }] : [];
  }
  if (value === null || typeof value !== 'object') return [];
  return Object.entries(value).flatMap(([key, item]) => {
    if (UNSTORABLE.test(key)) return [{ pointer, message: 'has a key with NUL or half a surrogate pair' }];
    return findUnstorable(item, `${pointer}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`);
  });
}
