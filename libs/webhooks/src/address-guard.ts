import dns from 'node:dns';
import type { LookupFunction, Socket } from 'node:net';
import ipaddr from 'ipaddr.js';
import { Agent, buildConnector } from 'undici';

/** Thrown into the connection attempt; never retried, because asking again does not make the address public. */
export class AddressRefusedError extends Error {
  readonly code = 'ADDRESS_REFUSED';

  constructor(address: string) {
    super(`refused to connect to ${address}: it is not a public address`);
    this.name = 'AddressRefusedError';
  }
}

/** Global unicast addresses are 2000::/3; everything else is special or unassigned. */
const IPV6_GLOBAL = ipaddr.parseCIDR('2000::/3') as [ipaddr.IPv6, number];

/**
 * True for an address of the public internet. False for loopback, private, link-local (cloud metadata), carrier-grade NAT,
 * multicast, documentation and every other reserved range, for IPv4 inside IPv6, and for text that is no address.
 */
export function isPublicAddress(text: string): boolean {
  if (!ipaddr.isValid(text)) return false;
  const address = ipaddr.process(text);
  if (address.range() !== 'unicast') return false;
  return address.kind() === 'ipv4' || (address as ipaddr.IPv6).match(IPV6_GLOBAL);
}

export interface DeliveryAgentOptions {
  /** Demo and tests: receivers on this machine. */
  allowPrivate: boolean;
  connectTimeoutMs?: number;
  /** For tests: resolves names. */
  lookup?: LookupFunction;
}

/**
 * An HTTP agent that connects to public addresses only. The address is checked where the connection is made, after the name
 * was resolved, so a name cannot pass the check and then point elsewhere (DNS rebinding). Proxy variables are ignored.
 */
export function createDeliveryAgent({ allowPrivate, connectTimeoutMs = 10_000, lookup }: DeliveryAgentOptions): Agent {
  const resolve = lookup ?? (dns.lookup as LookupFunction);
  const guardedLookup: LookupFunction = (hostname, options, callback) => {
    resolve(hostname, options, (error, address, family) => {
      if (error) return callback(error, address, family);
      const found = Array.isArray(address) ? address.map((each) => each.address) : [address];
      const refused = found.find((each) => !isPublicAddress(each));
      if (refused === undefined) return callback(null, address, family);
      callback(new AddressRefusedError(`${hostname} (${refused})`), address, family);
    });
  };
  const connector = buildConnector({
    timeout: connectTimeoutMs,
    ...(allowPrivate ? (lookup ? { lookup } : {}) : { lookup: guardedLookup }),
  });
  // Connections are not kept: a receiver is called rarely, and an old connection would outlive the check.
  return new Agent({
    pipelining: 0,
    connect: (options, callback) => {
      if (allowPrivate) return connector(options, callback);
      // An address written in the URL is never looked up.
      const host = options.hostname.replace(/^\[|\]$/g, '');
      if (ipaddr.isValid(host) && !isPublicAddress(host)) return callback(new AddressRefusedError(host), null);
      connector(options, (...[error, socket]) => {
        if (error) return callback(error, null);
        const remote = (socket as Socket).remoteAddress;
        if (remote === undefined || !isPublicAddress(remote)) {
          socket.destroy();
          return callback(new AddressRefusedError(remote ?? host), null);
        }
        callback(null, socket);
      });
    },
  });
}
