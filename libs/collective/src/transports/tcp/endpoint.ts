import { createServer, isIP, type AddressInfo, type Server } from 'node:net';
import { ArcFleetError } from '#contracts';

/** Where a rank can be reached. */
export interface Endpoint {
  readonly host: string;
  readonly port: number;
}

export interface EndpointOptions {
  /** Name or address under which the peers reach this machine; default: the address from which it reaches Redis. */
  readonly advertiseHost?: string;
  /** First and last port that may be listened on; default: any free one. */
  readonly ports?: readonly [number, number];
}

/** A door for peers: they are let in one by one by whoever listens to `connection`. */
export interface Door {
  readonly server: Server;
  readonly endpoint: Endpoint;
}

/**
 * Opens the door. Where no host is given, only the address from which this machine reaches Redis is listened on; where one is given,
 * every address, for it may belong to a router.
 * @throws ArcFleetError `config_invalid` when no port of the range is free, or the address cannot be listened on.
 */
export async function openDoor({ advertiseHost, ports = [0, 0] }: EndpointOptions, localAddress: string): Promise<Door> {
  const host = advertiseHost ?? localAddress;
  const isLocal = isIP(host) !== 0 && (host === localAddress || host === '127.0.0.1' || host === '::1');
  let lastError: Error | null = null;
  for (let port = ports[0]; port <= ports[1]; port++) {
    const server = createServer({ noDelay: true, keepAlive: true, keepAliveInitialDelay: 5_000 });
    try {
      await new Promise<void>((resolve, reject) => {
        server.once('error', reject);
        server.listen({ port, ...(isLocal ? { host } : {}), backlog: 128 }, resolve);
      });
      return { server, endpoint: { host, port: (server.address() as AddressInfo).port } };
    } catch (error) {
      lastError = error as Error;
    }
  }
  const range = ports[0] === ports[1] ? `port ${ports[0]}` : `ports ${ports[0]} to ${ports[1]}`;
  throw new ArcFleetError(
    'config_invalid',
    `The tcp transport cannot listen on ${isLocal ? host : 'any address'}, ${range}: ${lastError?.message ?? 'no port is given'}.`,
    { host, ports: [...ports] },
  );
}

export function formatEndpoint({ host, port }: Endpoint): string {
  return JSON.stringify({ host, port });
}

/** Reads an endpoint back; null when the text is none. */
export function parseEndpoint(text: string | null): Endpoint | null {
  try {
    const { host, port } = JSON.parse(text ?? '') as Partial<Endpoint>;
    const isValid = typeof host === 'string' && host !== '' && Number.isInteger(port) && port! > 0 && port! < 65_536;
    return isValid ? { host, port: port! } : null;
  } catch {
    return null;
  }
}
