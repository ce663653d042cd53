import { connectCollective, type Collective } from '#collective';
import { LIFELINE_FD, type RankAddress, type TrainerSettings, type Transport } from '#contracts';
import { startEngine, type Engine } from '#engine';
import type { SupervisorLink } from './supervisor-link.js';

/** A rank may stay silent that long while it loads its engine and opens what it reads. */
const PREPARE_LEASE_MS = 300_000;

export interface Gang extends RankAddress {
  readonly worldSize: number;
  readonly rendezvousTimeoutMs: number;
}

export interface Prepared<T> {
  readonly collective: Collective;
  readonly engine: Engine;
  readonly opened: T;
}

/** Starts the engine of this worker. */
export function openEngine(settings: TrainerSettings, link: SupervisorLink): Promise<Engine> {
  return startEngine(settings.engine, {
    threads: settings.threads,
    observer: link.observer,
    ...(settings.engineFolder === undefined ? {} : { folder: settings.engineFolder }),
  });
}

/** Meets the peers while the engine starts and `open` runs: whichever fails first is the rank's error, and peers are told. */
export async function prepareRank<T extends { close(): Promise<void> } | null>(
  { runId, generation, rank, worldSize, rendezvousTimeoutMs }: Gang,
  transport: Transport,
  settings: TrainerSettings,
  link: SupervisorLink,
  onConnected: (collective: Collective) => void,
  open: () => Promise<T>,
): Promise<Prepared<T>> {
  const connecting = connectCollective({
    address: { runId, generation, rank, worldSize },
    redisUrl: settings.redisUrl,
    transport,
    ...(settings.advertiseHost === undefined ? {} : { advertiseHost: settings.advertiseHost }),
    ...(settings.tcpPorts === undefined ? {} : { ports: settings.tcpPorts }),
    timing: { rendezvousTimeoutMs },
    // Replicas keep the same bits only on the same engine. What `auto` becomes is not known yet: such a rank meets any.
    ...(settings.engine === 'auto' ? {} : { token: settings.engine }),
    lifelineFd: LIFELINE_FD,
  }).then((collective) => {
    collective.extendLease(PREPARE_LEASE_MS, 'preparing');
    onConnected(collective);
    return collective;
  });
  const opening = (async () => ({ engine: await openEngine(settings, link), opened: await open() }))();
  // An error of what is opened must reach the peers, so the rendezvous is waited for even then.
  const [connected, opened] = await Promise.allSettled([connecting, opening]);
  if (opened.status === 'rejected') throw opened.reason;
  if (connected.status === 'rejected') {
    await opened.value.opened?.close();
    throw connected.reason;
  }
  return { collective: connected.value, ...opened.value };
}
