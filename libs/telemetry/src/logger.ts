import type { Observer } from '#contracts';

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

export interface LoggerOptions {
  /** The process: `api`, `worker`, ... */
  service: string;
  /** Default: `info`. */
  level?: LogLevel;
  /** Fields of every line. */
  fields?: Record<string, unknown>;
  /** Default: standard error, so that standard output stays free for results. */
  write?: (line: string) => void;
  now?: () => Date;
}

export interface Logger extends Observer {
  debug(message: string, fields?: Record<string, unknown>): void;
  info(message: string, fields?: Record<string, unknown>): void;
  warn(message: string, fields?: Record<string, unknown>): void;
  error(message: string, fields?: Record<string, unknown>): void;
  /** A logger that adds `fields` to every line. */
  child(fields: Record<string, unknown>): Logger;
}

const SECRET_KEY = /secret|password|passwd|authorization|cookie|token|api-?key|signature/i;
const URL_CREDENTIALS = /([a-z][a-z0-9+.-]*:\/\/)[^\s/@]*@/gi;
const WEBHOOK_SECRET = /whs(?:ec|k)_[A-Za-z0-9+/=]+/g;
const API_KEY = /arc_[0-9a-z]{20}_[A-Za-z0-9_-]{20,}/g;
const MAX_DEPTH = 6;

/** Text without credentials in URLs, webhook secrets and API keys. */
export function redactText(text: string): string {
  return text.replace(URL_CREDENTIALS, '$1***@').replace(WEBHOOK_SECRET, 'whsec_***').replace(API_KEY, 'arc_***');
}

/** A JSON-safe copy without secrets: by the name of a field, and inside texts. Errors become name, message, code, stack. */
export function redact(value: unknown, depth = 0): unknown {
  if (typeof value === 'string') return redactText(value);
  if (typeof value === 'bigint') return value.toString();
  if (value === null || typeof value !== 'object') return typeof value === 'function' ? undefined : value;
  if (depth >= MAX_DEPTH) return '...';
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
  if (ArrayBuffer.isView(value)) return `<${value.byteLength} bytes>`;
  if (value instanceof Error) {
    const { name, message, stack, cause } = value;
    const own = Object.fromEntries(Object.entries(value).filter(([key]) => key === 'code' || key === 'details'));
    return redact({ name, message, ...own, stack, ...(cause === undefined ? {} : { cause }) }, depth + 1);
  }
  if (Array.isArray(value)) return value.map((item) => redact(item, depth + 1));
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, SECRET_KEY.test(key) ? '***' : redact(item, depth + 1)]),
  );
}

/** Writes one JSON object per line: `at`, `level`, `service`, `message`, then the fields. Never throws. */
export function createLogger(options: LoggerOptions): Logger {
  const { service, level: minimum = 'info', fields: common = {} } = options;
  const write = options.write ?? ((line: string) => void process.stderr.write(line));
  const now = options.now ?? (() => new Date());

  const log: Observer['log'] = (level, message, fields = {}) => {
    if (LOG_LEVELS.indexOf(level) < LOG_LEVELS.indexOf(minimum)) return;
    const head = { at: now().toISOString(), level, service, message: redactText(message) };
    let line: string;
    try {
      // The head comes first to be readable and last to win over fields of the same name.
      line = JSON.stringify({ ...head, ...(redact({ ...common, ...fields }) as object), ...head });
    } catch (error) {
      line = JSON.stringify({ ...head, unloggable: String(error) });
    }
    write(`${line}\n`);
  };
  return {
    log,
    debug: (message, fields) => log('debug', message, fields),
    info: (message, fields) => log('info', message, fields),
    warn: (message, fields) => log('warn', message, fields),
    error: (message, fields) => log('error', message, fields),
    child: (fields) => createLogger({ ...options, fields: { ...common, ...fields } }),
  };
}
