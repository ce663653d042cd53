import type { MetricSeries, VerificationScores, VerificationSubject } from '#contracts';
import type { EntityManager } from 'typeorm';

/**
 * Live lineage: a row of generation g counts up to the smallest start step of all later generations; where two generations
 * hold the same step (it was done, and done again), the later one does.
 */
const LIVE = `
  with last_step as (
    select g.generation,
           (select min(later.start_step) from generations later
             where later.run_id = g.run_id and later.generation > g.generation) as step
      from generations g where g.run_id = $1
  )`;

export interface SeriesOptions {
  /** Default: all. */
  names?: readonly string[];
  /** Most points per series; the first and the last are always among them, the others evenly spread. */
  maxPoints: number;
}

/** Metrics and verifications of a run as one history without replayed steps. The lowest rank that reports a metric speaks for it. */
export async function getMetricSeries(
  manager: EntityManager,
  runId: string,
  { names, maxPoints }: SeriesOptions,
): Promise<MetricSeries> {
  const points: { name: string; step: number; value: number; generation: number }[] = await manager.query(
    `${LIVE}, live as (
       select distinct on (m.name, m.step) m.name, m.step, m.value, m.generation
         from metrics m left join last_step l on l.generation = m.generation
        where m.run_id = $1 and (l.step is null or m.step <= l.step) and ($2::text[] is null or m.name = any($2))
        order by m.name, m.step, m.generation desc, m.rank
     ), numbered as (
       select *, row_number() over (partition by name order by step) - 1 as i, count(*) over (partition by name) as n from live
     )
     select name, step, value, generation from numbered
      where n <= $3 or i = n - 1 or i % ceil((n - 1) / ($3 - 1)::float8)::int8 = 0
      order by name, step`,
    [runId, names ?? null, maxPoints],
  );
  const series = new Map<string, MetricSeries['metrics'][number]>();
  for (const { name, ...point } of points) {
    let entry = series.get(name);
    if (!entry) series.set(name, (entry = { name, points: [] }));
    entry.points.push(point);
  }
  return { metrics: [...series.values()], verifications: await findVerifications(manager, runId) };
}

async function findVerifications(manager: EntityManager, runId: string): Promise<MetricSeries['verifications']> {
  const rows: {
    step: number;
    generation: number;
    subject: VerificationSubject;
    target: string;
    scores: VerificationScores;
  }[] = await manager.query(
    `${LIVE}
     select distinct on (v.step, v.subject, v.target) v.step, v.generation, v.subject, v.target, v.scores
       from verifications v left join last_step l on l.generation = v.generation
      where v.run_id = $1 and (l.step is null or v.step <= l.step)
      order by v.step, v.subject, v.target, v.generation desc`,
    [runId],
  );
  return rows;
}
