import type { RunKind, RunStatus } from '#contracts';
import { In, type EntityManager } from 'typeorm';
import { RunEntity } from '../entities/run.entity.js';
import type { ListOptions, Page } from './pages.js';

/** What a page of runs is narrowed to; all of it must hold. */
export interface RunFilters {
  readonly statuses?: readonly RunStatus[];
  readonly labels?: readonly RunLabel[];
  /** What the name begins with. */
  readonly namePrefix?: string;
  readonly network?: string;
  /** This moment and later. */
  readonly createdAfter?: Date;
  /** Before this moment. */
  readonly createdBefore?: Date;
}
export interface RunLabel {
  readonly key: string;
  readonly value: string;
}

export interface Statement {
  readonly sql: string;
  readonly parameters: unknown[];
}

/** Labels with more runs than that are all the same to {@link rarestFirst}. */
const COUNTED = 1_000;

/** One page of the runs of a kind, newest first. */
export async function readRunPage(
  manager: EntityManager,
  kind: RunKind,
  { labels = [], ...options }: ListOptions & RunFilters,
): Promise<Page<RunEntity>> {
  const ordered = labels.length > 1 ? await rarestFirst(manager, kind, labels) : labels;
  const { sql, parameters } = runPageStatement(kind, { ...options, labels: ordered });
  const found: { id: string; createdAt: Date }[] = await manager.query(sql, parameters);
  const places = found.slice(0, options.limit);
  const last = places.at(-1);
  const runs = places.length > 0 ? await manager.findBy(RunEntity, { id: In(places.map(({ id }) => id)) }) : [];
  const byId = new Map(runs.map((run) => [run.id, run]));
  return {
    rows: places.flatMap(({ id }) => byId.get(id) ?? []),
    next: found.length > options.limit && last ? { createdAt: last.createdAt, id: last.id } : null,
  };
}

/**
 * Id and time of the runs of a page and of one more. Each filter alone is answered in order by an index of its own: the first label by
 * `run_labels_search`, statuses one by one by `runs_by_status`, the network by `runs_by_network`, times by `runs_created`. A prefix is
 * found by `runs_by_name` where it is rare and on the way through the others where it is not.
 */
export function runPageStatement(
  kind: RunKind,
  { limit, after, statuses = [], labels = [], ...filters }: ListOptions & RunFilters,
): Statement {
  const parameters: unknown[] = [];
  const add = (value: unknown): string => `$${parameters.push(value)}`;
  const first = labels[0];
  const place = first ? 'l' : 'r';
  const idColumn = first ? 'l.run_id' : 'r.id';
  const conditions = [`${place}.kind = ${add(kind)}`];
  if (first) conditions.push(`l.key = ${add(first.key)}`, `l.value = ${add(first.value)}`);
  for (const { key, value } of labels.slice(1)) {
    conditions.push(
      `exists (select from run_labels m where m.run_id = l.run_id and m.key = ${add(key)} and m.value = ${add(value)})`,
    );
  }
  const { namePrefix, network, createdAfter, createdBefore } = filters;
  if (namePrefix !== undefined) conditions.push(`r.name like ${add(`${namePrefix.replace(/[\\%_]/g, '\\$&')}%`)}`);
  if (network !== undefined) conditions.push(`r.network = ${add(network)}`);
  if (createdAfter) conditions.push(`${place}.created_at >= ${add(createdAfter)}`);
  if (createdBefore) conditions.push(`${place}.created_at < ${add(createdBefore)}`);
  if (after) conditions.push(`(${place}.created_at, ${idColumn}) < (${add(after.createdAt)}, ${add(after.id)})`);
  const from = first ? 'run_labels l join runs r on r.id = l.run_id' : 'runs r';
  const pageOf = (condition: string[]): string =>
    `select ${idColumn} as id, ${place}.created_at from ${from} where ${[...conditions, ...condition].join(' and ')}
      order by ${place}.created_at desc, ${idColumn} desc limit ${add(limit + 1)}`;
  const columns = 'id, created_at as "createdAt"';
  if (statuses.length === 0) return { sql: `select ${columns} from (${pageOf([])}) as page`, parameters };
  if (first) return { sql: `select ${columns} from (${pageOf([`r.status = any(${add(statuses)})`])}) as page`, parameters };
  // An index gives one status in order, and several only one after the other.
  const pages = [...new Set(statuses)].map((status) => `(${pageOf([`r.status = ${add(status)}`])})`);
  return {
    sql: `select ${columns} from (${pages.join(' union all ')}) as page order by created_at desc, id desc limit ${add(limit + 1)}`,
    parameters,
  };
}

/** The label that the fewest runs have leads; the others are looked up for each of them. */
async function rarestFirst(manager: EntityManager, kind: RunKind, labels: readonly RunLabel[]): Promise<RunLabel[]> {
  return manager.query(
    `select w.key, w.value from unnest($2::text[], $3::text[]) as w (key, value)
      cross join lateral (
        select count(*) as runs from (
          select from run_labels l where l.kind = $1 and l.key = w.key and l.value = w.value limit ${COUNTED}) as first) as counted
      order by counted.runs`,
    [kind, labels.map(({ key }) => key), labels.map(({ value }) => value)],
  );
}
