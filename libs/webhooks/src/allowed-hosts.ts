import ipaddr from 'ipaddr.js';
import { ArcFleetError } from '#contracts';

/** Hosts that webhooks may be sent to although they are private. */
export interface AllowedHosts {
  /** Name or address in lower case, and the port; null: any. */
  readonly hosts: readonly { readonly host: string; readonly port: number | null }[];
  readonly ranges: readonly [ipaddr.IPv4 | ipaddr.IPv6, number][];
}

export const NO_HOSTS: AllowedHosts = { hosts: [], ranges: [] };

/**
 * Reads a list of hosts, separated by commas: `receiver.internal`, `receiver.internal:8080`, `10.1.2.3`, `[fd00::1]:8080` or a
 * range like `10.1.0.0/16`. A name that is listed may point anywhere.
 * @throws ArcFleetError `config_invalid` that names the entry.
 */
export function parseAllowedHosts(text: string): AllowedHosts {
  const entries = text
    .split(',')
    .map((entry) => entry.trim().toLowerCase())
    .filter((entry) => entry !== '');
  const ranges = entries.filter((entry) => entry.includes('/')).map(parseRange);
  const hosts = entries.filter((entry) => !entry.includes('/')).map(parseHost);
  return { hosts, ranges };
}

function parseRange(entry: string): [ipaddr.IPv4 | ipaddr.IPv6, number] {
  if (!ipaddr.isValidCIDR(entry)) throw invalid(entry);
  return ipaddr.parseCIDR(entry);
}

function parseHost(entry: string): AllowedHosts['hosts'][number] {
  if (ipaddr.IPv6.isValid(entry)) return { host: normal(entry), port: null };
  const [, host, port] = /^(\[[0-9a-f:.]+\]|[^:[\]]+)(?::(\d{1,5}))?$/.exec(entry) ?? [];
  if (host === undefined || (port !== undefined && (Number(port) < 1 || Number(port) > 65_535))) throw invalid(entry);
  const bare = host.replace(/^\[|\]$/g, '');
  if (!ipaddr.isValid(bare) && !/^[a-z0-9]([a-z0-9._-]{0,251}[a-z0-9])?$/.test(bare)) throw invalid(entry);
  return { host: normal(bare), port: port === undefined ? null : Number(port) };
}

/** True when a name or an address with that port is on the list. */
export function isAllowedHost({ hosts, ranges }: AllowedHosts, host: string, port: number): boolean {
  const wanted = normal(host);
  if (hosts.some((each) => each.host === wanted && (each.port === null || each.port === port))) return true;
  if (ranges.length === 0 || !ipaddr.isValid(wanted)) return false;
  const address = ipaddr.process(wanted);
  return ranges.some(([range, bits]) => range.kind() === address.kind() && address.match(range, bits));
}

/** One spelling of each: no dot at the end, addresses as ipaddr.js writes them. */
function normal(host: string): string {
  const bare = host.toLowerCase().replace(/\.$/, '');
  return ipaddr.isValid(bare) ? ipaddr.process(bare).toString() : bare;
}

const invalid = (entry: string) =>
  new ArcFleetError('config_invalid', `WEBHOOK_ALLOW_HOSTS: ${entry} is no host, host:port or range like 10.0.0.0/8.`);
