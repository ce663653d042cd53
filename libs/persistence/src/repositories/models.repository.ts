import { ArcFleetError, fitModelName, parseModelRef, type ModelState, type ModelView, type RecordOf } from '#contracts';
import type { EntityManager } from 'typeorm';
import { ModelEntity } from '../entities/model.entity.js';
import { newId } from '../ids.js';
import { jsonb, storableText } from '../storable.js';
import { endAliasesOf, findAliasesOf } from './model-aliases.repository.js';
import { readPage, type Cursor, type ListOptions } from './pages.js';

/** As the API shows it, except for its links; with what they and its lineage are made of. */
export type StoredModel = Omit<ModelView, 'urls'> & Pick<ModelEntity, 'taskId' | 'engine' | 'codeVersion'>;

export interface ModelFilter {
  readonly runId?: string;
  readonly name?: string;
  readonly alias?: string;
  readonly network?: string;
  readonly state?: ModelState;
  /** All of these must be there. */
  readonly labels?: Readonly<Record<string, string>>;
  /** True: only those better than all before them in their run. */
  readonly best?: boolean;
}

/** Takes the next version of a name; others who want one wait until the transaction ends. */
export async function takeVersion(manager: EntityManager, name: string): Promise<number> {
  await manager.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [`arcfleet:model:${name}`]);
  const rows: { next: number }[] = await manager.query(
    'select coalesce(max(version), 0) + 1 as next from models where name = $1',
    [name],
  );
  return rows[0]?.next ?? 1;
}

/** Writes the row of a model that a run has stored. Must run in a transaction. @returns its id, name and version. */
export async function insertModel(
  manager: EntityManager,
  { runId, generation, at }: { runId: string; generation: number; at: Date },
  { step, folder, files, accuracies, isBest, isLast }: RecordOf<'model.written'>,
): Promise<{ id: string; name: string; version: number }> {
  const id = newId('mdl');
  const runs: { name: string | null; network: string }[] = await manager.query(
    `select config->>'name' as name, config->'network'->>'name' as network from runs where id = $1`,
    [runId],
  );
  const run = runs[0];
  if (!run) throw new ArcFleetError('not_found', `There is no run ${runId}.`, { runId });
  const name = fitModelName(run.name ?? '') ?? run.network;
  const version = await takeVersion(manager, name);
  await manager.query(
    `insert into models (id, run_id, generation, step, folder, files, accuracies, is_best, is_last, created_at, name, version,
                         labels, network, embedding_size, engine, code_version)
     select $1, r.id, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12,
            coalesce(r.config->'labels', '{}'), r.config->'network'->>'name', (r.config->'network'->>'embeddingSize')::int,
            r.engine, r.code_version
       from runs r where r.id = $2`,
    [id, runId, generation, step, storableText(folder), jsonb(files), jsonb(accuracies), isBest, isLast, at, name, version],
  );
  return { id, name, version };
}

/** Nobody finds the model in that folder any more. */
export async function forgetModel(manager: EntityManager, runId: string, folder: string, at: Date): Promise<void> {
  await forget(manager, at, 'run_id = $2 and folder = $3', [runId, storableText(folder)]);
}

/** Nor any that was written after that step: a restart threw it away. */
export async function forgetModelsAfter(manager: EntityManager, runId: string, step: number, at: Date): Promise<void> {
  await forget(manager, at, 'run_id = $2 and step > $3', [runId, step]);
}

/**
 * The run has removed their files; an alias of one ends with it, and what was exported is still to be removed. Several are locked in
 * the order in which a schedule that fires locks them.
 */
async function forget(manager: EntityManager, at: Date, which: string, parameters: readonly unknown[]): Promise<void> {
  const [gone]: [{ id: string; aliases: number }[], number] = await manager.query(
    `update models m set deleted_at = $1,
            files_gone_at = case when exists (select from model_exports e where e.model_id = m.id) then null else $1::timestamptz end
      where id in (select id from models where ${which} and deleted_at is null order by name, version for no key update) returning id`,
    [at, ...parameters],
  );
  for (const { id } of gone) await endAliasesOf(manager, id, 'system', at);
}

/**
 * The model of that id. With `lock` it cannot be deleted until the transaction ends (`share`), or nobody else may change it (`update`).
 * @throws ArcFleetError `not_found`.
 */
export async function getModel(manager: EntityManager, id: string, lock?: 'share' | 'update'): Promise<StoredModel> {
  const query = manager.createQueryBuilder(ModelEntity, 'model').where('model.id = :id and model.deletedAt is null', { id });
  if (lock) query.setLock(lock === 'share' ? 'pessimistic_read' : 'pessimistic_write');
  const model = await query.getOne();
  if (!model) throw new ArcFleetError('not_found', `There is no model ${id}.`, { modelId: id });
  const [stored] = await withAliases(manager, [model]);
  return stored as StoredModel;
}

/**
 * The model that `mdl_...`, `name@alias` or `name@3` names now; see {@link getModel}.
 * @throws ArcFleetError `not_found`.
 */
export async function resolveModel(manager: EntityManager, ref: string, lock?: 'share' | 'update'): Promise<StoredModel> {
  const parsed = parseModelRef(ref);
  if (parsed === null) throw new ArcFleetError('not_found', 'There is no model of this name.');
  if ('id' in parsed) return getModel(manager, parsed.id, lock);
  const rows: { id: string }[] =
    'alias' in parsed
      ? await manager.query('select model_id as id from model_aliases where name = $1 and alias = $2 and until is null', [
          parsed.name,
          parsed.alias,
        ])
      : await manager.query('select id from models where name = $1 and version = $2 and deleted_at is null', [
          parsed.name,
          parsed.version,
        ]);
  if (!rows[0]) throw new ArcFleetError('not_found', `There is no model ${ref}.`, { ref });
  return getModel(manager, rows[0].id, lock);
}

/** A model that can be used: imported to its end. @throws ArcFleetError `conflict`. */
export function checkReady({ id, name, version, state }: Pick<StoredModel, 'id' | 'name' | 'version' | 'state'>): void {
  if (state === 'ready') return;
  const why = state === 'importing' ? 'is still being imported; wait for model.created' : 'could not be imported; delete it';
  throw new ArcFleetError('conflict', `Model ${name}@${version} (${id}) ${why}.`, { modelId: id, state });
}

/** Models, newest first. */
export async function listModels(
  manager: EntityManager,
  { runId, name, alias, network, state, labels, best, ...page }: ModelFilter & Pick<ListOptions, 'limit' | 'after'>,
): Promise<{ models: StoredModel[]; next: Cursor | null }> {
  const query = manager.createQueryBuilder(ModelEntity, 'model').where('model.deletedAt is null');
  if (runId !== undefined) query.andWhere('model.runId = :runId', { runId });
  if (name !== undefined) query.andWhere('model.name = :name', { name });
  if (network !== undefined) query.andWhere('model.network = :network', { network });
  if (state !== undefined) query.andWhere('model.state = :state', { state });
  if (labels !== undefined) query.andWhere('model.labels @> cast(:labels as jsonb)', { labels: jsonb(labels) });
  if (best) query.andWhere('model.isBest');
  if (alias !== undefined) {
    // Of one name it is one row; of all names, one a name: found first, since the newest models may hold none.
    const ofName = name === undefined ? '' : ' and a.name = :name';
    const holders = `select a.model_id from model_aliases a where a.alias = :alias and a.until is null${ofName}`;
    query.andWhere(`model.id = any(array(${holders}))`, { alias });
  }
  const { rows, next } = await readPage(query, page);
  return { models: await withAliases(manager, rows), next };
}

async function withAliases(manager: EntityManager, models: readonly ModelEntity[]): Promise<StoredModel[]> {
  const aliases = await findAliasesOf(
    manager,
    models.map(({ id }) => id),
  );
  return models.map(({ deletedAt: _, filesGoneAt: __, createdAt, ...model }) => ({
    ...model,
    aliases: aliases.get(model.id) ?? [],
    createdAt: createdAt.toISOString(),
  }));
}
