import { openSession, startPostgres, startRedis } from '#services';

/**
 * One Postgres and one Redis for the whole suite, by the same launcher that the demo uses. Specs take their own database
 * and Redis number from them: see `freshDatabase` and `freshRedis`.
 */
export default async function setup(): Promise<() => Promise<void>> {
  const session = await openSession();
  try {
    const path = process.env['PATH'];
    const [postgres, redis] = await Promise.all([
      startPostgres(session, { databaseUrl: process.env['ARCFLEET_TEST_DATABASE_URL'], path, maxConnections: 300 }),
      startRedis(session, { redisUrl: process.env['ARCFLEET_TEST_REDIS_URL'], path }),
    ]);
    process.env['ARCFLEET_TEST_DATABASE_URL'] = postgres.url;
    process.env['ARCFLEET_TEST_REDIS_URL'] = redis.url;
    process.env['ARCFLEET_TEST_REDIS_KIND'] = redis.kind;
    if (process.env['ARCFLEET_TEST_FULL'] === '1' && redis.kind === 'js') {
      throw new Error('ARCFLEET_TEST_FULL=1 asks for a real Redis: put redis-server on PATH');
    }
    console.log(`Tests run on ${postgres.description} and ${redis.description}`);
  } catch (error) {
    await session.close();
    throw error;
  }
  return () => session.close();
}
