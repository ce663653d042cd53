import type { MeasuredSpeed, NetworkName } from '#contracts';
import type { EntityManager } from 'typeorm';

/** Newest trainings of a network that are looked at. */
const RUNS = 200;
/** Last steps of a run whose speeds count: the first ones build graphs and fill caches. */
const STEPS = 50;

/** Speeds of the newest trainings of a network that have made steps: the median of their last ones. */
export async function listSpeeds(manager: EntityManager, network: NetworkName): Promise<MeasuredSpeed[]> {
  return manager.query(
    `select r.engine, r.world_size as "worldSize", (r.config->'batch'->>'globalBatchSize')::int as "globalBatchSize",
            m.speed as "samplesPerSecond"
       from (select id, generation, engine, world_size, config, step from runs
              where network = $1 order by created_at desc, id desc limit ${RUNS}) as r
      cross join lateral (
        select percentile_cont(0.5) within group (order by value) as speed from metrics
         where run_id = r.id and generation = r.generation and rank = 0 and step > r.step - ${STEPS} and name = 'samplesPerSecond') as m
      where r.engine is not null and r.world_size is not null and m.speed is not null`,
    [network],
  );
}
