/** Node's connection errors, and Postgres saying that it stops (57P0x), starts or has no connection left. */
export function isConnectionError(error: unknown): boolean {
  const { code, message } = error as { code?: unknown; message?: unknown };
  if (typeof code === 'string' && /^(ECONN|ETIMEDOUT|EPIPE|ENOTFOUND|EAI_AGAIN|57P0|08|53300)/.test(code)) return true;
  return typeof message === 'string' && /connection terminated|timeout exceeded when trying to connect/i.test(message);
}
