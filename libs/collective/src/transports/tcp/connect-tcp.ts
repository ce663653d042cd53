import { ArcFleetError } from '#contracts';
import type { Collective } from '../../collective.js';
import { WireCollective } from '../../protocol/wire-collective.js';
import { openConnections } from '../coordination/connections.js';
import type { Connections } from '../coordination/connections.js';
import { generationKeys } from '../coordination/keys.js';
import type { GenerationKeys } from '../coordination/keys.js';
import { rendezvous, within, withdraw } from '../coordination/rendezvous.js';
import { settleOptions } from '../coordination/transport-options.js';
import type { TransportOptions } from '../coordination/transport-options.js';
import { acceptReaders } from './accept-readers.js';
import type { Admission } from './accept-readers.js';
import { formatEndpoint, openDoor, parseEndpoint } from './endpoint.js';
import type { Door, Endpoint, EndpointOptions } from './endpoint.js';
import { buildMesh, HANDSHAKE_MS } from './mesh.js';
import { MAX_DATA_BYTES } from './records.js';
import { peersOf, TcpWire } from './tcp-wire.js';

export interface TcpOptions extends TransportOptions, EndpointOptions {}

/** Larger than on Redis: each chunk costs the processes some waking up, and holds nobody else up. */
const DEFAULT_CHUNK_BYTES = 4 << 20;

/** For networks that translate addresses, and for specs: what is published of the door. */
type Publish = (endpoint: Endpoint) => Endpoint | Promise<Endpoint>;

/**
 * Rendezvous of all ranks in Redis, then a collective over connections between them, on the calling thread. Its heartbeat needs that
 * thread's event loop: a trainer uses `connectCollective`, which runs this on a thread of its own.
 * @throws ArcFleetError as `rendezvous` and `buildMesh` do; `config_invalid` when no port can be listened on.
 */
export async function connectTcp(options: TcpOptions, publish: Publish = (endpoint) => endpoint): Promise<Collective> {
  const { chunkBytes = DEFAULT_CHUNK_BYTES } = options;
  const { address, timing, ttlMs, windowBytes, token, collective } = settleOptions({ ...options, chunkBytes });
  if (chunkBytes > MAX_DATA_BYTES)
    throw new ArcFleetError('config_invalid', `Chunks of the tcp transport have at most ${MAX_DATA_BYTES} bytes.`);
  const { runId, generation, rank } = address;
  const keys = generationKeys(runId, generation);
  const streams = [keys.inbox(rank)];
  const connections = openConnections(options.redisUrl, `arcfleet-${runId}-g${generation}-r${rank}`);
  let door: Door | null = null;
  let admission: Admission | null = null;
  try {
    await within(connections.control.ping(), timing.rendezvousTimeoutMs, () => {
      const error = connections.lastError();
      const message = `Run ${runId}, generation ${generation}, rank ${rank}: Redis did not answer${error === null ? '' : ` (${error})`} within ${timing.rendezvousTimeoutMs} ms.`;
      return new ArcFleetError('rendezvous_timeout', message, { ...address, joined: null });
    });
    door = await openDoor(options, connections.localAddress());
    let onSecret!: (secret: string) => void;
    const known = new Promise<string>((resolve) => {
      onSecret = resolve;
    });
    admission = acceptReaders({ server: door.server, secret: known, address, timeoutMs: HANDSHAKE_MS });
    const where = { address, keys, streams, connections };
    const endpoint = formatEndpoint(await publish(door.endpoint));
    const nonce = await rendezvous({ ...where, timing, token, transport: 'tcp', endpoint, ttlMs });
    connections.keepControlOnly();
    const wire = new TcpWire({ ...where, timing, nonce, ttlMs, windowBytes });
    try {
      const { secret, endpoints } = await readEndpoints(connections, keys, peersOf(address));
      onSecret(secret);
      const mesh = await buildMesh({
        admission,
        secret,
        address,
        endpoints,
        readerOf: (peer) => wire.reader(peer),
        timeoutMs: timing.rendezvousTimeoutMs,
        failed: wire.failed,
      });
      wire.takeMesh(mesh);
    } catch (error) {
      wire.stop();
      await withdraw(where, nonce, error);
      throw error;
    }
    return new WireCollective(wire, collective);
  } catch (error) {
    connections.disconnect();
    throw error;
  } finally {
    // All who may come have come.
    admission?.stop();
    door?.server.close();
  }
}

async function readEndpoints(
  { control }: Connections,
  keys: GenerationKeys,
  peers: readonly number[],
): Promise<{ secret: string; endpoints: Map<number, Endpoint> }> {
  const [secret, ...texts] = await control.hmget(keys.state, 'secret', ...peers.map((peer) => `endpoint:${peer}`));
  const endpoints = new Map<number, Endpoint>();
  peers.forEach((peer, index) => {
    const endpoint = parseEndpoint(texts[index] ?? null);
    if (endpoint !== null) endpoints.set(peer, endpoint);
  });
  if (!secret || endpoints.size < peers.length)
    throw new ArcFleetError('collective_lost', `Redis has forgotten ${keys.state}.`, { key: keys.state });
  return { secret, endpoints };
}
