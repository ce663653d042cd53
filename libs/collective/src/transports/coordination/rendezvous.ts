import { randomBytes, randomUUID } from 'node:crypto';
import { ArcFleetError, errorFromReport } from '#contracts';
import type { CollectiveAddress, CollectiveTiming } from '../../collective.js';
import { parseAbort } from './abort-report.js';
import type { Connections } from './connections.js';
import { leave, raiseAbort } from './farewell.js';
import type { GenerationKeys } from './keys.js';
import { FENCE_TTL_MS, JOIN } from './scripts.js';

/** Longest wait between two looks at the rendezvous; a joining peer wakes the others sooner. */
const LOOK_EVERY_MS = 250;

export interface RendezvousOptions {
  readonly address: CollectiveAddress;
  readonly keys: GenerationKeys;
  /** Streams of this rank, which are made here. */
  readonly streams: readonly string[];
  readonly connections: Connections;
  readonly timing: CollectiveTiming;
  readonly token: string;
  /** Name of the transport; all ranks must use the same one. */
  readonly transport: string;
  /** Where this rank accepts connections, for transports that have such. */
  readonly endpoint?: string;
  readonly ttlMs: number;
}

/**
 * Joins the generation and waits until all ranks have. Returns the nonce that proves who holds this rank. A rank that gives
 * up withdraws and tells its peers.
 * @throws ArcFleetError `stale_generation` (a newer generation runs, or another process holds the rank), `collective_mismatch`
 *   (world size or token differ), `rendezvous_timeout`, or what a peer gave up with.
 */
export async function rendezvous(options: RendezvousOptions): Promise<string> {
  const nonce = randomUUID();
  try {
    await meet(options, nonce);
    return nonce;
  } catch (error) {
    await withdraw(options, nonce, error);
    throw error;
  }
}

/** A rank that gave up must not stay counted: its peers, also those who come later, are told, and its keys go. */
export async function withdraw(
  { address, keys, streams, connections }: Pick<RendezvousOptions, 'address' | 'keys' | 'streams' | 'connections'>,
  nonce: string,
  error: unknown,
): Promise<void> {
  if (!(error instanceof ArcFleetError)) return;
  if (error.code === 'rendezvous_timeout') {
    if (error.details['joined'] === null) return; // Redis does not answer
    await raiseAbort(connections.control, keys, address, error.toReport());
  }
  await leave(connections.control, keys, streams, address, nonce);
}

async function meet(options: RendezvousOptions, nonce: string): Promise<void> {
  const { address, keys, streams, connections, timing, token, transport, endpoint = '', ttlMs } = options;
  const secret = randomBytes(32).toString('hex');
  const { runId, generation, rank, worldSize } = address;
  const deadline = performance.now() + timing.rendezvousTimeoutMs;
  const joinKeys = [keys.fence, keys.state, ...streams];
  const where = `Run ${runId}, generation ${generation}, rank ${rank}`;
  const timeout = (joined: number | null) => {
    const error = connections.lastError();
    const seen =
      joined === null ? `Redis did not answer${error === null ? '' : ` (${error})`}` : `${joined} of ${worldSize} ranks came`;
    const message = `${where}: ${seen} within ${timing.rendezvousTimeoutMs} ms.`;
    return new ArcFleetError('rendezvous_timeout', message, { ...address, joined });
  };

  let joined: number | null = null;
  let first = true;
  for (;;) {
    const remaining = deadline - performance.now();
    if (remaining <= 0) throw timeout(joined);
    const asked = connections.control.eval(
      JOIN,
      joinKeys.length,
      ...joinKeys,
      generation,
      rank,
      worldSize,
      nonce,
      token,
      ttlMs + timing.rendezvousTimeoutMs,
      FENCE_TTL_MS,
      transport,
      endpoint,
      secret,
    );
    const reply = (await within(asked, remaining, () => timeout(joined))) as [string, string, string];
    const [status, value, detail] = reply;
    if (status === 'stale') {
      const message = `${where}: generation ${value} of the run exists already.`;
      throw new ArcFleetError('stale_generation', message, { ...address, newest: Number(value) });
    }
    if (status === 'taken') {
      const message = `${where}: another process holds this rank; this one came second and must stop.`;
      throw new ArcFleetError('stale_generation', message, { ...address });
    }
    if (status === 'differs') {
      const messages: Record<string, string> = {
        token: `this rank gave the token "${token}", others "${detail}"`,
        transport: `this rank uses the transport "${transport}", others "${detail}": give all ranks the same one`,
        worldSize: `this rank was told of ${worldSize} ranks, others of ${detail}`,
      };
      throw new ArcFleetError('collective_mismatch', `${where}: ${messages[value]}.`, { ...address, field: value });
    }
    if (detail !== '') throw errorFromReport(parseAbort(detail, rank));
    joined = Number(value);
    if (joined === worldSize) {
      if (first) wakePeers(options);
      return;
    }
    first = false;
    const blockMs = Math.max(1, Math.floor(Math.min(LOOK_EVERY_MS, deadline - performance.now())));
    await within(
      connections.reader.callBuffer('XREAD', 'BLOCK', blockMs, 'STREAMS', keys.inbox(rank), '0-0'),
      deadline - performance.now(),
      () => timeout(joined),
    );
  }
}

/** The last rank to join tells the waiting ones. A lost message costs them {@link LOOK_EVERY_MS}. */
function wakePeers({ address, keys, connections }: RendezvousOptions): void {
  for (let peer = 0; peer < address.worldSize; peer++) {
    if (peer === address.rank) continue;
    connections.control.xadd(keys.inbox(peer), 'NOMKSTREAM', '*', 'm', '{"type":"ready"}').catch(() => undefined);
  }
}

/** Waits for `promise`, at most so long. */
export async function within<T>(promise: Promise<T>, ms: number, onTimeout: () => ArcFleetError): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(onTimeout()), Math.max(0, ms));
  });
  promise.catch(() => undefined);
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
