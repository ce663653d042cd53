import type { Collective } from '#collective';
import { ArcFleetError } from '#contracts';
import type { Engine } from '#engine';

/**
 * Passes when every rank computes on the same engine, and is a barrier. Replicas keep the same bits only then, and workers that
 * choose for themselves (`auto`) may choose differently.
 *
 * @throws ArcFleetError `collective_mismatch`, on every rank, naming each rank's engine.
 */
export async function agreeOnEngine(collective: Collective, engine: Pick<Engine, 'name'>): Promise<void> {
  const data = new TextEncoder().encode(engine.name);
  const gathered = await collective.allGather({ dtype: 'bytes', shape: [data.length], data });
  const engines = gathered.map((payload) => new TextDecoder().decode(payload.data));
  if (engines.every((name) => name === engines[0])) return;
  const found = engines.map((name, rank) => `rank ${rank} has ${name}`).join(', ');
  throw new ArcFleetError(
    'collective_mismatch',
    `All ranks of a run must use the same engine, but ${found}. Give the run's "engine" the name of one that all workers have.`,
    { engines },
  );
}
