export { createLogger, LOG_LEVELS, redact, redactText } from './logger.js';
export type { Logger, LoggerOptions, LogLevel } from './logger.js';
