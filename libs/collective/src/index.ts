export { DEFAULT_TIMING } from './collective.js';
export type {
  AllReduceOptions,
  Collective,
  CollectiveAddress,
  CollectiveTiming,
  DType,
  Payload,
  ReduceOptions,
  WireType,
} from './collective.js';
export { fromBfloat16, toBfloat16 } from './protocol/bfloat16.js';
export { createInMemoryCollectives, createInMemoryGroup } from './in-memory/create-in-memory-collectives.js';
export type { InMemoryGroup, InMemoryOptions } from './in-memory/create-in-memory-collectives.js';
export type { Delivery } from './in-memory/in-memory-wire.js';
export { connectCollective } from './thread/connect-collective.js';
export type { ConnectCollectiveOptions } from './thread/connect-collective.js';
export { watchLifeline } from './thread/watch-lifeline.js';
export { connectTcp } from './transports/tcp/connect-tcp.js';
export type { TcpOptions } from './transports/tcp/connect-tcp.js';
export { connectRedisStreams } from './transports/redis-streams/connect-redis-streams.js';
export type { RedisStreamsOptions } from './transports/redis-streams/connect-redis-streams.js';
