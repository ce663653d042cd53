import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { reportError } from '#contracts';
import { CHANNELS, createDataSource, ensureFirstKey, startListener, waitForSchema } from '#persistence';
import { createLogger, type Logger } from '#telemetry';
import type { DataSource } from 'typeorm';
import { firstKeyFile, printedFirstKey } from './access/first-key-store.js';
import { KeyNews } from './access/key-news.js';
import { loadConfig } from './config.js';
import { createApp } from './create-app.js';
import { STREAM_CHANNELS, wakeStreams } from './logs/log-hub.js';
import { ApiSettings } from './settings.js';

/** A database that is still starting is not a reason to die: the parts of the system start in any order. */
async function connect(dataSource: DataSource, logger: Logger, signal: AbortSignal): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await dataSource.initialize();
      return;
    } catch (error) {
      if (attempt >= 60) throw error;
      logger.warn('the database cannot be reached yet', { attempt, error: reportError(error, 'unavailable') });
      await delay(Math.min(100 * attempt, 1_000), undefined, { signal });
    }
  }
}

async function main(): Promise<void> {
  const config = loadConfig(process.env);
  const logger = createLogger({ service: 'api', level: config.logLevel });
  const stopping = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stopping.abort());

  const dataSource = createDataSource(config.databaseUrl, { applicationName: 'arcfleet-api', poolSize: config.databasePool });
  await connect(dataSource, logger, stopping.signal);
  await waitForSchema(dataSource);
  if (config.access.auth === 'keys') {
    const { firstKeyFile: file } = config;
    const made = await ensureFirstKey(dataSource, file === undefined ? printedFirstKey() : firstKeyFile(file));
    // Where it is, never what it is.
    if (made)
      logger.info(made === 'made' ? 'the first key was made' : 'the first key was taken', { place: file ?? 'standard output' });
  } else logger.warn('no keys are asked for: everybody on this machine may do everything');

  const app = await createApp(dataSource, new ApiSettings(config), logger);
  const wake = wakeStreams(app);
  const keyNews = app.get(KeyNews);
  const listener = startListener(config.databaseUrl, [...STREAM_CHANNELS, CHANNELS.keys], {
    onNotify: (channel, id) => (channel === CHANNELS.keys ? keyNews.notify(id) : wake(channel, id)),
    onError: (error) => logger.warn('lost the connection for notifications', { error: error.message }),
  });
  await app.listen(config.port, config.host);
  const { port } = app.getHttpServer().address() as AddressInfo;
  logger.info('listening', { url: `http://${config.host}:${port}` });

  if (!stopping.signal.aborted)
    await new Promise((resolve) => stopping.signal.addEventListener('abort', resolve, { once: true }));
  logger.info('stopping');
  // Requests in flight finish, streams end; a client that holds on longer is cut off.
  const cutOff = setTimeout(() => app.getHttpServer().closeAllConnections(), 5_000);
  await app.close();
  clearTimeout(cutOff);
  await listener.close();
  await dataSource.destroy();
}

try {
  await main();
} catch (error) {
  createLogger({ service: 'api' }).error('the API could not run', { error });
  process.exitCode = 1;
}
