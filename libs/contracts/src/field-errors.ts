import { ArcFleetError } from './errors.js';

/** A wrong field of a request. */
export interface FieldError {
  /** JSON pointer (RFC 6901) into the body, or `/<name>` of a query parameter or header. */
  pointer: string;
  message: string;
}

/** The error that names wrong fields; the API turns `fieldErrors` into `errors` of the problem. */
export function validationError(fieldErrors: readonly FieldError[]): ArcFleetError {
  const [first] = fieldErrors;
  const more = fieldErrors.length > 1 ? ` (and ${fieldErrors.length - 1} more)` : '';
  const detail = first ? `${first.pointer || 'The body'}: ${first.message}${more}` : 'The request does not fit its schema.';
  return new ArcFleetError('validation_failed', detail, { fieldErrors });
}
