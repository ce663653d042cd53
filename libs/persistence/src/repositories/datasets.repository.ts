import {
  ArcFleetError,
  parseDatasetRef,
  type ChangeDataset,
  type DatasetDetails,
  type DatasetFacts,
  type DatasetState,
  type DatasetView,
  type PinnedDataset,
  type RegisterDataset,
} from '#contracts';
import type { EntityManager } from 'typeorm';
import { DatasetEntity } from '../entities/dataset.entity.js';
import { newId } from '../ids.js';
import { jsonb } from '../storable.js';
import { readPage, type Cursor, type ListOptions } from './pages.js';
import { createTask } from './tasks.repository.js';

/** As the API shows it, except for its links. */
export type StoredDataset = Omit<DatasetView, 'urls'>;
export type StoredDatasetDetails = Omit<DatasetDetails, 'urls'>;

const MAX_RUNS = 20;
/** A list says that there are problems; all of them are with the data set itself. */
const MAX_LISTED_PROBLEMS = 3;

/**
 * Writes a version that waits for its validation, and the task that does it. Must run in a transaction.
 * @returns its id.
 */
export async function registerDataset(manager: EntityManager, dataset: RegisterDataset): Promise<string> {
  const { name, path, kind, decode, labels, description } = dataset;
  const id = newId('dts');
  const taskId = await createTask(manager, { task: 'dataset.validate', datasetId: id, path, kind, decode });
  await manager.query(
    `insert into datasets (id, name, state, path, kind, decode, labels, description, task_id, problems)
     values ($1, $2, 'validating', $3, $4, $5, $6, $7, $8, '[]')`,
    [id, name, path, kind, decode, jsonb(labels), description, taskId],
  );
  return id;
}

/**
 * Has a data set read anew. One that runs may refer to stays as it is, and a further version is registered; another one waits itself.
 * Must run in a transaction.
 * @returns id of the version that waits.
 * @throws ArcFleetError `not_found`; `conflict` while it is being validated.
 */
export async function revalidateDataset(manager: EntityManager, id: string): Promise<string> {
  const found = await lockDataset(manager, id);
  if (found.state === 'validating') {
    const message = `The data set ${id} is being validated by ${found.taskId}; wait for its end, or cancel it.`;
    throw new ArcFleetError('conflict', message, { datasetId: id, taskId: found.taskId });
  }
  const { name, path, kind, decode, labels, description } = found;
  if (found.state === 'ready' || found.state === 'duplicate') {
    return registerDataset(manager, { name, path, kind, decode, labels, description });
  }
  const taskId = await createTask(manager, { task: 'dataset.validate', datasetId: id, path, kind, decode });
  await manager.query(
    `update datasets set state = 'validating', task_id = $2, problems = '[]', num_problems = 0, revision = revision + 1 where id = $1`,
    [id, taskId],
  );
  return id;
}

/** @throws ArcFleetError `not_found`; what `check` throws. */
export async function changeDataset(
  manager: EntityManager,
  id: string,
  change: ChangeDataset,
  check: (revision: number) => void,
): Promise<void> {
  const { revision } = await lockDataset(manager, id);
  check(revision);
  await manager.query(
    `update datasets set labels = coalesce($2, labels), description = coalesce($3, description), revision = revision + 1 where id = $1`,
    [id, change.labels ? jsonb(change.labels) : null, change.description ?? null],
  );
}

/**
 * Forgets a version and what points to it; its files stay. Must run in a transaction.
 * @throws ArcFleetError `not_found`; `conflict` while something waits for it.
 */
export async function deleteDataset(manager: EntityManager, id: string): Promise<void> {
  const found = await lockDataset(manager, id);
  if (found.state === 'validating') {
    const message = `The data set ${id} is being validated by ${found.taskId}; cancel that first (POST /tasks/${found.taskId}/cancel).`;
    throw new ArcFleetError('conflict', message, { datasetId: id, taskId: found.taskId });
  }
  const users = await findUsers(manager, found);
  if (users.length > 0) {
    const message = `The data set ${id} is in use by ${users.join(', ')}; wait for its end, or cancel it.`;
    throw new ArcFleetError('conflict', message, { datasetId: id, users });
  }
  await manager.query('delete from datasets where id = $1', [id]);
}

/**
 * Ids of what would be left without its data set, the first few: here every table that refers to one is asked. Duplicates go with
 * their version, so who names one of those counts, too; names and digests mean none but a version that is ready.
 */
async function findUsers(manager: EntityManager, { id, name, digest, state }: DatasetEntity): Promise<string[]> {
  const rows: { id: string }[] = await manager.query(
    `(select id from runs where dataset_id = $1 and status not in ('succeeded', 'failed', 'canceled') limit 5)
     union all
     (select s.id from schedules s cross join lateral (
         select s.evaluation->>'ref' as ref, split_part(s.evaluation->>'ref', '@', 1) as name, split_part(s.evaluation->>'ref', '@', 2) as digits) e
       where e.ref = $1 or e.ref in (select d.id from datasets d where d.duplicate_of = $1)
          or ($4 and e.name = $2 and (case when e.digits <> '' then starts_with($3, e.digits)
              else not exists (select from datasets d where d.name = $2 and d.state = 'ready' and d.id <> $1) end)) limit 5)`,
    [id, name, digest, state === 'ready'],
  );
  return rows.map((row) => row.id);
}

/** Locks the row until the transaction ends: no run is made for it meanwhile. */
async function lockDataset(manager: EntityManager, id: string): Promise<DatasetEntity> {
  const found = await manager.findOne(DatasetEntity, { where: { id }, lock: { mode: 'pessimistic_write' } });
  if (!found) throw new ArcFleetError('not_found', `There is no data set ${id}.`, { datasetId: id });
  return found;
}

/** @throws ArcFleetError `not_found`. */
export async function getDataset(manager: EntityManager, id: string): Promise<StoredDataset> {
  const found = await manager.findOneBy(DatasetEntity, { id });
  if (!found) throw new ArcFleetError('not_found', `There is no data set ${id}.`, { datasetId: id });
  return toStored(found);
}

/** What a reference names, with the runs that were made for it. @throws ArcFleetError `not_found`, `conflict` (ambiguous). */
export async function getDatasetDetails(manager: EntityManager, ref: string): Promise<StoredDatasetDetails> {
  const found = await findByRef(manager, ref);
  if (found === null) throw new ArcFleetError('not_found', await whyNot(manager, ref), { ref });
  const runs: (Omit<DatasetDetails['runs'][number], 'createdAt'> & { createdAt: Date })[] = await manager.query(
    `select id, kind, status, created_at as "createdAt" from runs
      where dataset_id = $1 order by created_at desc, id desc limit $2`,
    [found.id, MAX_RUNS],
  );
  return { ...toStored(found), runs: runs.map((run) => ({ ...run, createdAt: run.createdAt.toISOString() })) };
}

export interface DatasetFilters {
  readonly name?: string | undefined;
  readonly states?: readonly DatasetState[] | undefined;
  readonly labels?: Readonly<Record<string, string>> | undefined;
}

/** Newest first. */
export async function listDatasets(
  manager: EntityManager,
  { name, states, labels, ...page }: Omit<ListOptions, 'statuses'> & DatasetFilters,
): Promise<{ datasets: StoredDataset[]; next: Cursor | null }> {
  const query = manager.createQueryBuilder(DatasetEntity, 'dataset').where('true');
  if (name !== undefined) query.andWhere('dataset.name = :name', { name });
  if (states?.length) query.andWhere('dataset.state in (:...states)', { states });
  if (labels) query.andWhere('dataset.labels @> :labels::jsonb', { labels: jsonb(labels) });
  const { rows, next } = await readPage(query, page);
  const datasets = rows.map(toStored).map((each) => ({ ...each, problems: each.problems.slice(0, MAX_LISTED_PROBLEMS) }));
  return { datasets, next };
}

/**
 * The version that a run is to be made for, which nobody deletes until the transaction ends. Must run in a transaction.
 * @param pointer field of the request that has the reference
 * @throws ArcFleetError `dataset_not_found` naming the field, for a reference that names none, several, or one that is not ready.
 */
export async function useDataset(
  manager: EntityManager,
  ref: string,
  pointer: string,
): Promise<PinnedDataset & { readonly facts: DatasetFacts }> {
  try {
    return await pinDataset(manager, ref);
  } catch (error) {
    if (!(error instanceof ArcFleetError) || error.code !== 'dataset_not_found') throw error;
    const fieldErrors = [{ pointer, message: error.message }];
    throw new ArcFleetError(error.code, error.message, { ...error.details, fieldErrors });
  }
}

async function pinDataset(manager: EntityManager, ref: string): ReturnType<typeof useDataset> {
  const { id } = await findVersion(manager, ref);
  // Whoever deletes it waits for us or has been before us; read once it is locked.
  const found = await manager.findOne(DatasetEntity, { where: { id }, lock: { mode: 'pessimistic_read' } });
  if (!found) throw refused(ref, `There is no data set ${ref}.`);
  const { facts, digest, state, name, path, kind } = found;
  if (state !== 'ready' || facts === null || digest === null) throw refused(ref, notReady(found));
  const pinned = { ref: `${name}@${digest}`, datasetId: id, path, kind, digest };
  return { ...pinned, fingerprint: facts.fingerprint, files: facts.files, facts };
}

/** What is known of a data set that runs may refer to. @throws ArcFleetError `dataset_not_found`. */
export async function findDatasetFacts(manager: EntityManager, ref: string): Promise<DatasetFacts> {
  const found = await findVersion(manager, ref);
  if (found.state !== 'ready' || found.facts === null) throw refused(ref, notReady(found));
  return found.facts;
}

/** What a reference means for a run: a duplicate stands for its version. */
async function findVersion(manager: EntityManager, ref: string): Promise<DatasetEntity> {
  const found = await findOrRefuse(manager, ref);
  return found.duplicateOf === null ? found : findOrRefuse(manager, found.duplicateOf);
}

async function findOrRefuse(manager: EntityManager, ref: string): Promise<DatasetEntity> {
  try {
    const found = await findByRef(manager, ref);
    if (found !== null) return found;
  } catch (error) {
    if (error instanceof ArcFleetError && error.code === 'conflict') throw refused(ref, error.message);
    throw error;
  }
  throw refused(ref, await whyNot(manager, ref));
}

const refused = (ref: string, message: string): ArcFleetError =>
  new ArcFleetError('dataset_not_found', `${message} GET /datasets lists what is registered.`, { ref });

function notReady({ id, state, taskId }: DatasetEntity): string {
  if (state === 'validating') return `The data set ${id} is being validated by ${taskId}.`;
  return `The data set ${id} is ${state} and cannot be used; its problems say why.`;
}

/** @throws ArcFleetError `conflict` where several versions begin with these digits. */
async function findByRef(manager: EntityManager, text: string): Promise<DatasetEntity | null> {
  const ref = parseDatasetRef(text);
  if (ref === null) return null;
  if ('id' in ref) return manager.findOneBy(DatasetEntity, { id: ref.id });
  const query = manager
    .createQueryBuilder(DatasetEntity, 'dataset')
    .where(`dataset.name = :name and dataset.state = 'ready'`, { name: ref.name });
  // Digits only: nothing in them means anything to LIKE.
  if (ref.digest === null) query.orderBy('dataset.validatedAt', 'DESC').addOrderBy('dataset.id', 'DESC').limit(1);
  else query.andWhere('dataset.digest like :digits', { digits: `${ref.digest}%` }).limit(2);
  const [found, other] = await query.getMany();
  if (!other) return found ?? null;
  const message = `${text} begins the digests of several versions (${found!.digest!.slice(0, 16)}..., ${other.digest!.slice(0, 16)}...): give more digits.`;
  throw new ArcFleetError('conflict', message, { ref: text });
}

async function whyNot(manager: EntityManager, text: string): Promise<string> {
  const ref = parseDatasetRef(text);
  const none = `There is no data set ${text}.`;
  if (ref === null || 'id' in ref || ref.digest !== null) return none;
  const [newest]: { id: string; state: DatasetState; problem: string | null }[] = await manager.query(
    `select id, state, problems->0->>'message' as problem from datasets where name = $1 order by created_at desc, id desc limit 1`,
    [ref.name],
  );
  if (!newest) return none;
  const { id, state, problem } = newest;
  const why = problem === null ? '' : ` (${problem})`;
  return `No version of ${text} is ready; the newest, ${id}, is ${state}${why}. GET /datasets/${id} shows it.`;
}

function toStored({ createdAt, validatedAt, ...row }: DatasetEntity): StoredDataset {
  return {
    ...row,
    ref: row.digest === null ? null : `${row.name}@${row.digest}`,
    createdAt: createdAt.toISOString(),
    validatedAt: validatedAt?.toISOString() ?? null,
  };
}
