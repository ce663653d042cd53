/**
 * A launcher for specs to kill: `node launcher.js <sessions root> <PATH> [data folder]`. Opens a session, starts servers and
 * a client that ignores politeness and has a child in a group of its own (as an autoscaler has workers), prints one JSON
 * line and stays.
 */
import { openSession, startPostgres, startRedis } from '../src/index.js';

const [root, path, dataDir] = process.argv.slice(2);
const session = await openSession({ root });
const [postgres, redis] = await Promise.all([startPostgres(session, { path, dataDir }), startRedis(session, { path })]);
const code = `process.on('SIGTERM', () => {});
const child = require('node:child_process').spawn('sleep', ['1000'], { detached: true });
console.log(child.pid);
setInterval(() => {}, 1e6);`;
const stop = [
  { signal: 'SIGTERM', timeoutMs: 200 },
  { signal: 'SIGKILL', timeoutMs: 5_000 },
] as const;
const client = session.startPart({ name: 'client', command: process.execPath, args: ['-e', code], stop });
const poll = setInterval(() => {
  const grandchild = Number(client.logTail());
  if (!grandchild) return;
  clearInterval(poll);
  const servers = { postgres: postgres.url, redis: redis.url, redisKind: redis.kind };
  console.log(JSON.stringify({ folder: session.folder, id: session.id, client: client.pid, grandchild, ...servers }));
}, 20);
process.on('SIGTERM', () => void session.close().then(() => process.exit(0)));
setInterval(() => undefined, 1_000_000);
