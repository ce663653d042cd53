import type { LoggerService } from '@nestjs/common';
import type { Logger } from '#telemetry';

/** Nest's own messages as lines of our log; its chatter about routes and modules is `debug`. */
export function createNestLogger(logger: Logger): LoggerService {
  const fields = (rest: unknown[]): Record<string, unknown> => ({
    context: rest.at(-1),
    ...(rest.length > 1 ? { stack: rest[0] } : {}),
  });
  return {
    log: (message: unknown, ...rest: unknown[]) => logger.debug(String(message), fields(rest)),
    verbose: (message: unknown, ...rest: unknown[]) => logger.debug(String(message), fields(rest)),
    debug: (message: unknown, ...rest: unknown[]) => logger.debug(String(message), fields(rest)),
    warn: (message: unknown, ...rest: unknown[]) => logger.warn(String(message), fields(rest)),
    error: (message: unknown, ...rest: unknown[]) => logger.error(String(message), fields(rest)),
    fatal: (message: unknown, ...rest: unknown[]) => logger.error(String(message), fields(rest)),
  };
}
