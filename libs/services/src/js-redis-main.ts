/** The last resort among Redis servers, in a process of its own: `node js-redis-main.js <port>`. In memory only. */
import { Server } from 'node:net';
import { createRedisServer } from 'js-redis-server';

// It knows no password and listens on every interface; from outside this machine nobody shall reach it.
const listen = Server.prototype.listen as (this: Server, options: { port: number; host: string }) => Server;
Server.prototype.listen = function (this: Server, port: number) {
  return listen.call(this, { port, host: '127.0.0.1' });
} as typeof Server.prototype.listen;

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(0));
const server = await createRedisServer({ port: Number(process.argv[2]) });
console.log(`js-redis-server on 127.0.0.1:${server.port}`);
