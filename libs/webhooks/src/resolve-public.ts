import { Resolver } from 'node:dns/promises';
import type { LookupAddress } from 'node:dns';
import type { LookupFunction } from 'node:net';

/** A name server that does not answer is waited for twice as long. */
const TIMEOUT_MS = 3_000;

/**
 * Resolves a name by DNS alone. The usual lookup takes one of the four threads of the process for as long as a dead name server lets
 * it wait, and with it file access and every other lookup; this one takes none.
 */
export const resolvePublic: LookupFunction = (hostname, options, callback) => {
  const resolver = new Resolver({ timeout: TIMEOUT_MS, tries: 2 });
  const ask = async (family: 4 | 6): Promise<LookupAddress[]> => {
    const found = await (family === 4 ? resolver.resolve4(hostname) : resolver.resolve6(hostname));
    return found.map((address) => ({ address, family }));
  };
  const families = options.family === 4 || options.family === 'IPv4' ? [4 as const] : [4 as const, 6 as const];
  void Promise.allSettled(families.map(ask)).then((answers) => {
    const found = answers.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []));
    const [first] = found;
    if (first) return options.all ? callback(null, found) : callback(null, first.address, first.family);
    const failed = answers.find((answer) => answer.status === 'rejected');
    callback((failed?.reason as NodeJS.ErrnoException | undefined) ?? new Error(`${hostname} has no address`), '', 4);
  });
};
