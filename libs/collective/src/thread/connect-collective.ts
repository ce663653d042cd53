import { Worker } from 'node:worker_threads';
import { ArcFleetError, errorFromReport } from '#contracts';
import type { Collective } from '../collective.js';
import { createInMemoryCollectives } from '../in-memory/create-in-memory-collectives.js';
import { watchLifeline } from './watch-lifeline.js';
import type { FromThread, ThreadOptions } from './messages.js';
import { ThreadedCollective } from './threaded-collective.js';

export interface ConnectCollectiveOptions extends ThreadOptions {
  /** Pipe whose end means that the supervisor is dead; see {@link watchLifeline}. */
  readonly lifelineFd?: number;
}

/**
 * Starts the communication thread, meets the other ranks and returns the collective of this rank. A run of one rank needs no Redis
 * and gets a collective without a thread.
 * @throws ArcFleetError `rendezvous_timeout`, `stale_generation`, `collective_mismatch`, `peer_aborted`, `config_invalid`.
 */
export async function connectCollective({ lifelineFd, ...options }: ConnectCollectiveOptions): Promise<Collective> {
  if (lifelineFd !== undefined) watchLifeline(lifelineFd);
  const { rank, worldSize, generation } = options.address;
  if (worldSize === 1 && rank === 0) return createInMemoryCollectives(1, { generation })[0]!;
  const worker = new Worker(new URL('./main.js', import.meta.url), { workerData: options, name: 'arcfleet-collective' });
  const first = await new Promise<FromThread>((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', (error) =>
      reject(new ArcFleetError('collective_lost', 'The communication thread could not start.', {}, { cause: error })),
    );
    worker.once('exit', (code) =>
      reject(
        new ArcFleetError('collective_lost', `The communication thread ended with code ${code} before it had met the peers.`),
      ),
    );
  });
  if (first.type === 'refused') throw errorFromReport(first.error);
  return new ThreadedCollective(worker, rank, worldSize);
}
