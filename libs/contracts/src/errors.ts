/**
 * Every error that a user can meet has a code, declared here once: HTTP status where it reaches the API, and whether a
 * new generation may cure it (`restartable`). Libraries throw {@link ArcFleetError}, apps map; `docs/errors.md` is held
 * to this table by a test.
 */
export interface ErrorDefinition {
  /** Status of the problem+json answer when the error reaches the API. */
  readonly httpStatus: number;
  /** True when starting the run's ranks again may help: a lost peer, a lost Redis. Never for bad input or a non-finite loss. */
  readonly restartable: boolean;
  readonly title: string;
}

const fatal = (httpStatus: number, title: string): ErrorDefinition => ({ httpStatus, restartable: false, title });
const transient = (httpStatus: number, title: string): ErrorDefinition => ({ httpStatus, restartable: true, title });

export const ERRORS = {
  // HTTP
  validation_failed: fatal(422, 'The request does not fit its schema'),
  malformed_body: fatal(400, 'The body could not be read'),
  malformed_request: fatal(400, 'A part of the request other than its body could not be read'),
  unsupported_media_type: fatal(415, 'The content type is not supported'),
  payload_too_large: fatal(413, 'The body is too large'),
  unauthorized: fatal(401, 'The request carries no valid key'),
  forbidden: fatal(403, 'The key may not do this'),
  not_found: fatal(404, 'There is no such resource'),
  method_not_allowed: fatal(405, 'This method is not offered here'),
  conflict: fatal(409, 'The resource is in another state'),
  precondition_failed: fatal(412, 'The resource has changed'),
  range_not_satisfiable: fatal(416, 'The file does not reach that far'),
  rate_limited: fatal(429, 'Too many requests'),
  idempotency_key_reused: fatal(422, 'This Idempotency-Key was used with another body'),
  idempotency_in_progress: fatal(409, 'A request with this Idempotency-Key is still running'),
  unavailable: fatal(503, 'A part of the system cannot be reached'),
  internal: fatal(500, 'An unexpected error'),
  // configuration of a process
  config_invalid: fatal(500, 'The configuration of a process is not valid'),
  service_unavailable: fatal(503, 'A required service could not be started or reached'),
  engine_unavailable: fatal(500, 'The requested engine cannot run here'),
  // data
  dataset_not_found: fatal(422, 'The data set cannot be opened'),
  dataset_corrupt: fatal(422, 'A file of the data set is damaged'),
  dataset_invalid: fatal(422, 'The data set contradicts itself or the configuration'),
  image_invalid: fatal(422, 'An image cannot be used'),
  dataset_changed: fatal(409, 'The data set is not the one that it was'),
  storage_unavailable: transient(503, 'The object storage does not answer'),
  decoder_crashed: transient(500, 'A thread that decodes images ended unexpectedly'),
  pickle_refused: fatal(422, 'A pickle contains something that is not allowed'),
  // training
  non_finite: fatal(500, 'The loss or a gradient is not finite'),
  shape_mismatch: fatal(500, 'Tensors do not fit together'),
  out_of_memory: fatal(500, 'The engine ran out of memory'),
  checkpoint_corrupt: fatal(500, 'A checkpoint or a stored model cannot be read'),
  checkpoint_mismatch: fatal(422, 'A checkpoint does not fit the run'),
  model_not_found: fatal(422, 'There is no such stored model'),
  model_mismatch: fatal(422, 'A stored model does not fit the network'),
  model_refused: fatal(422, 'A model file asks for something that is not allowed'),
  // distribution
  rendezvous_timeout: transient(500, 'The ranks did not find each other in time'),
  stale_generation: transient(409, 'A newer generation of the run exists'),
  peer_lost: transient(500, 'A peer rank is gone'),
  peer_aborted: transient(500, 'The generation was ended by another rank or the control plane'),
  collective_mismatch: fatal(500, 'Ranks disagree about a collective'),
  collective_lost: transient(500, 'Data of a collective is gone'),
  trainer_crashed: transient(500, 'The trainer process ended unexpectedly'),
  worker_lost: transient(500, 'The worker is gone'),
  restarts_exhausted: fatal(500, 'The run failed too often without progress'),
} as const satisfies Record<string, ErrorDefinition>;

export type ErrorCode = keyof typeof ERRORS;

/** Plain form of an error for JSON: job results, records, problem+json. */
export interface ErrorReport {
  code: ErrorCode;
  message: string;
  details?: Record<string, unknown>;
}

/**
 * The one error class of the project. `message` names what, where and what to do next; `details` holds the same as data
 * (file, byte, record, step, rank, field).
 */
export class ArcFleetError extends Error {
  readonly code: ErrorCode;
  readonly details: Record<string, unknown>;

  constructor(code: ErrorCode, message: string, details: Record<string, unknown> = {}, options?: ErrorOptions) {
    super(message, options);
    this.name = 'ArcFleetError';
    this.code = code;
    this.details = details;
  }

  toReport(): ErrorReport {
    return { code: this.code, message: this.message, details: this.details };
  }
}

export function isErrorCode(value: unknown): value is ErrorCode {
  return typeof value === 'string' && Object.hasOwn(ERRORS, value);
}

/** Any thrown value as a report; an unknown error becomes `fallback` and keeps its message. */
export function reportError(error: unknown, fallback: ErrorCode = 'internal'): ErrorReport {
  if (error instanceof ArcFleetError) return error.toReport();
  return { code: fallback, message: error instanceof Error ? error.message : String(error) };
}

/** Names under which reports carry what was printed or where in the code it was: paths of a machine, and whatever else lay there. */
const INSIDES: ReadonlySet<string> = new Set(['stack', 'lastLines']);

/** A report without the insides of the process that made it: what the API, events and webhooks may tell. The log of the run has the rest. */
export function withoutInsides({ details, ...report }: ErrorReport): ErrorReport {
  if (details === undefined) return report;
  const text = JSON.stringify(details, (key, value: unknown) => (INSIDES.has(key) ? undefined : value));
  return { ...report, details: JSON.parse(text) as Record<string, unknown> };
}

/** The inverse of {@link reportError}, for errors that crossed a thread or a process. */
export function errorFromReport(report: ErrorReport): ArcFleetError {
  return new ArcFleetError(report.code, report.message, report.details);
}
