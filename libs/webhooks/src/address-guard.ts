import dns from 'node:dns';
import type { LookupFunction, Socket } from 'node:net';
import ipaddr from 'ipaddr.js';
import { Agent, buildConnector } from 'undici';
import { isAllowedHost, NO_HOSTS, type AllowedHosts } from './allowed-hosts.js';
import { isRefusedPort } from './refused-ports.js';
import { resolvePublic } from './resolve-public.js';

/**
 * Thrown into the connection attempt; never retried, because asking again does not make the address public. It names what the URL names and no
 * address that it led to: whoever may register webhooks would learn what names mean inside of the network.
 */
export class AddressRefusedError extends Error {
  readonly code = 'ADDRESS_REFUSED';

  constructor(host: string, why = 'it is not a public address') {
    super(`refused to connect to ${host}: ${why}`);
    this.name = 'AddressRefusedError';
  }
}

/** Global unicast addresses are 2000::/3; everything else is special or unassigned. */
const IPV6_GLOBAL = ipaddr.parseCIDR('2000::/3') as [ipaddr.IPv6, number];
/** Special ranges inside of it that the table of ipaddr.js may not have: documentation (RFC 9637), NAT64 and 6to4 lead to IPv4. */
const IPV6_SPECIAL = ['3fff::/20', '2001::/23', '2002::/16', '64:ff9b::/96', '64:ff9b:1::/48'].map(
  (range) => ipaddr.parseCIDR(range) as [ipaddr.IPv6, number],
);

/** Public by its range, and yet it answers from inside of Azure's virtual machines: the host's own services. */
const IPV4_SPECIAL = ['168.63.129.16'];

/**
 * True for an address of the public internet. False for loopback, private, link-local (cloud metadata), carrier-grade NAT,
 * multicast, documentation and every other reserved range, for private IPv4 inside IPv6, and for text that is no address.
 */
export function isPublicAddress(text: string): boolean {
  if (!ipaddr.isValid(text)) return false;
  const address = ipaddr.process(text);
  if (address.range() !== 'unicast') return false;
  if (address.kind() === 'ipv4') return !IPV4_SPECIAL.includes(address.toString());
  const ipv6 = address as ipaddr.IPv6;
  return ipv6.match(IPV6_GLOBAL) && !IPV6_SPECIAL.some((range) => ipv6.match(range));
}

/** What webhooks may be sent to beside public addresses. */
export interface AddressPolicy {
  /** Everything: demo and tests, receivers on this machine. */
  readonly allowPrivate: boolean;
  readonly allowedHosts?: AllowedHosts;
}

export interface DeliveryAgentOptions extends AddressPolicy {
  readonly connectTimeoutMs?: number;
  /** For tests: resolves names. */
  readonly lookup?: LookupFunction;
}

/**
 * An HTTP agent that connects to public addresses and allowed hosts only. The address is checked where the connection is made, after
 * the name was resolved, so a name cannot pass the check and then point elsewhere (DNS rebinding). Proxy variables are ignored.
 */
export function createDeliveryAgent(options: DeliveryAgentOptions): Agent {
  const { allowPrivate, allowedHosts = NO_HOSTS, connectTimeoutMs = 10_000, lookup } = options;
  const connectorOf = (resolve: LookupFunction | undefined) =>
    buildConnector({ timeout: connectTimeoutMs, ...(resolve ? { lookup: resolve } : {}) });
  // Names of this machine and its network (/etc/hosts) are for those who may be private.
  const local = (lookup ?? dns.lookup) as LookupFunction;
  const open = connectorOf(lookup);
  const guarded = (port: number) =>
    connectorOf((hostname, lookupOptions, callback) => {
      const resolve = isAllowedHost(allowedHosts, hostname, port) || hasRange(allowedHosts) ? local : (lookup ?? resolvePublic);
      resolve(hostname, lookupOptions, (error, address, family) => {
        if (error) return callback(error, address, family);
        const found = Array.isArray(address) ? address.map((each) => each.address) : [address];
        const refused = found.find((each) => !isPermitted(hostname, each, port));
        if (refused === undefined) return callback(null, address, family);
        callback(new AddressRefusedError(hostname), address, family);
      });
    });
  const isPermitted = (host: string, address: string, port: number): boolean =>
    isPublicAddress(address) || isAllowedHost(allowedHosts, host, port) || isAllowedHost(allowedHosts, address, port);
  // Connections are not kept: a receiver is called rarely, and an old connection would outlive the check.
  return new Agent({
    pipelining: 0,
    connect: (target, callback) => {
      if (allowPrivate) return open(target, callback);
      const host = target.hostname.replace(/^\[|\]$/g, '');
      const port = Number(target.port) || (target.protocol === 'https:' ? 443 : 80);
      if (isRefusedPort(port) && !isAllowedHost(allowedHosts, host, port)) {
        return callback(new AddressRefusedError(`${host}:${port}`, 'the port belongs to another protocol'), null);
      }
      // An address written in the URL is never looked up.
      if ((ipaddr.isValid(host) || isLocalName(host)) && !isPermitted(host, host, port)) {
        return callback(new AddressRefusedError(host), null);
      }
      guarded(port)(target, (...[error, socket]) => {
        if (error) return callback(error, null);
        const remote = (socket as Socket).remoteAddress;
        if (remote === undefined || !isPermitted(host, remote, port)) {
          socket.destroy();
          return callback(new AddressRefusedError(host), null);
        }
        callback(null, socket);
      });
    },
  });
}

/** Names of this machine; no name server is asked for them. */
const isLocalName = (host: string): boolean => /(^|\.)localhost\.?$/i.test(host);
const hasRange = ({ ranges }: AllowedHosts): boolean => ranges.length > 0;

/**
 * Why a URL cannot be an endpoint as far as its text tells; null: it can. Names are checked where the connection is made.
 */
export function refuseUrl(text: string, { allowPrivate, allowedHosts = NO_HOSTS }: AddressPolicy): string | null {
  if (allowPrivate) return null;
  const url = new URL(text);
  const host = url.hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '');
  const port = Number(url.port) || (url.protocol === 'https:' ? 443 : 80);
  if (isAllowedHost(allowedHosts, host, port)) return null;
  if (isLocalName(host) || (ipaddr.isValid(host) && !isPublicAddress(host))) return 'must not name a private address';
  return isRefusedPort(port) ? `must not name port ${port}, which belongs to another protocol` : null;
}
