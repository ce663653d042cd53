import { ArcFleetError, type AliasHolderList, type ModelAliasView } from '#contracts';
import type { EntityManager } from 'typeorm';
import { enqueueWebhook } from '../webhook-outbox.js';
import type { Cursor, ListOptions } from './pages.js';

export interface AliasHolder {
  readonly name: string;
  readonly alias: string;
  readonly number: number;
  readonly modelId: string;
  readonly version: number;
  readonly since: Date;
}

export interface AliasMove {
  /** Must be ready, and kept from being deleted: its row is locked by who calls. */
  readonly model: { readonly id: string; readonly name: string; readonly version: number };
  readonly alias: string;
  readonly actor: string;
  /** Number of the holder that the client has seen; called with 0 when nobody holds it. */
  readonly check: (number: number) => void;
}

const HOLDER = `a.name, a.alias, a.number, a.model_id as "modelId", m.version, a.since`;

/**
 * Points an alias of the model's name at it; nothing changes if it does already. Two at once go one after the other. Must run in a
 * transaction.
 */
export async function setAlias(
  manager: EntityManager,
  { model, alias, actor, check }: AliasMove,
): Promise<{ view: ModelAliasView; moved: boolean }> {
  await lockAlias(manager, model.name, alias);
  const previous = await findAliasHolder(manager, model.name, alias);
  check(previous?.number ?? 0);
  if (previous?.modelId === model.id) {
    const before = await findPreviousHolder(manager, model.name, alias);
    return { view: toView(previous, before), moved: false };
  }
  const at = new Date();
  await manager.query('update model_aliases set until = $3, ended_by = $4 where name = $1 and alias = $2 and until is null', [
    model.name,
    alias,
    at,
    actor,
  ]);
  const rows: { number: number }[] = await manager.query(
    `insert into model_aliases (name, alias, number, model_id, since, set_by)
     select $1, $2, coalesce(max(number), 0) + 1, $3, $4, $5 from model_aliases where name = $1 and alias = $2 returning number`,
    [model.name, alias, model.id, at, actor],
  );
  const holder = { ...model, modelId: model.id, alias, number: rows[0]!.number, since: at };
  const view = toView(holder, previous);
  const { since: _, ...data } = view;
  await enqueueWebhook(manager, { type: 'model.alias_set', at, runId: null, data });
  return { view, moved: true };
}

/** Takes an alias away from the model. Must run in a transaction. @throws ArcFleetError `not_found` when it does not hold it. */
export async function removeAlias(manager: EntityManager, { model, alias, actor, check }: AliasMove): Promise<void> {
  await lockAlias(manager, model.name, alias);
  const holder = await findAliasHolder(manager, model.name, alias);
  if (holder?.modelId !== model.id) {
    const now = holder ? `, it is ${model.name}@${holder.version} (${holder.modelId})` : '';
    throw new ArcFleetError('not_found', `${model.name}@${alias} is not model ${model.id}${now}.`, { modelId: model.id, alias });
  }
  check(holder.number);
  await endAliasesOf(manager, model.id, actor, new Date(), alias);
}

/** Ends all aliases of a model, or that one, and tells of it. Must run in a transaction. @returns how many there were. */
export async function endAliasesOf(
  manager: EntityManager,
  modelId: string,
  actor: string,
  at: Date,
  alias: string | null = null,
): Promise<number> {
  const [ended]: [{ name: string; alias: string; number: number; version: number }[], number] = await manager.query(
    `update model_aliases a set until = greatest($3, a.since), ended_by = $2 from models m
      where a.model_id = $1 and a.until is null and m.id = a.model_id and ($4::text is null or a.alias = $4)
      returning a.name, a.alias, a.number, m.version`,
    [modelId, actor, at, alias],
  );
  for (const each of ended) {
    await enqueueWebhook(manager, { type: 'model.alias_removed', at, runId: null, data: { ...each, modelId } });
  }
  return ended.length;
}

/** Who holds an alias now. */
export async function findAliasHolder(manager: EntityManager, name: string, alias: string): Promise<AliasHolder | null> {
  const rows: AliasHolder[] = await manager.query(
    `select ${HOLDER} from model_aliases a join models m on m.id = a.model_id
      where a.name = $1 and a.alias = $2 and a.until is null`,
    [name, alias],
  );
  return rows[0] ?? null;
}

/** The last other model that held an alias before the one that holds it now; null: nobody did. It may be deleted by now. */
export async function findPreviousHolder(manager: EntityManager, name: string, alias: string): Promise<AliasHolder | null> {
  const rows: AliasHolder[] = await manager.query(
    `select ${HOLDER} from model_aliases a join models m on m.id = a.model_id
      where a.name = $1 and a.alias = $2 and a.until is not null
        and a.model_id is distinct from (select c.model_id from model_aliases c where c.name = $1 and c.alias = $2 and c.until is null)
      order by a.number desc limit 1`,
    [name, alias],
  );
  return rows[0] ?? null;
}

/** Aliases that each of the models holds, sorted. */
export async function findAliasesOf(manager: EntityManager, modelIds: readonly string[]): Promise<Map<string, string[]>> {
  const found = new Map(modelIds.map((id): [string, string[]] => [id, []]));
  if (modelIds.length === 0) return found;
  const rows: { modelId: string; alias: string }[] = await manager.query(
    `select model_id as "modelId", alias from model_aliases where model_id = any($1::text[]) and until is null order by alias`,
    [modelIds],
  );
  for (const { modelId, alias } of rows) found.get(modelId)?.push(alias);
  return found;
}

/** Every holder that an alias ever had, newest first; the cursor's `id` is that of the model. */
export async function listAliasHolders(
  manager: EntityManager,
  { name, alias, limit, after }: { name: string; alias: string } & Pick<ListOptions, 'limit' | 'after'>,
): Promise<{ holders: AliasHolderList['holders']; next: Cursor | null }> {
  const rows: (AliasHolder & { until: Date | null; setBy: string; endedBy: string | null })[] = await manager.query(
    `select ${HOLDER}, a.until, a.set_by as "setBy", a.ended_by as "endedBy"
       from model_aliases a join models m on m.id = a.model_id
      where a.name = $1 and a.alias = $2 and ($4::timestamptz is null or (a.since, a.model_id) < ($4, $5))
      order by a.since desc, a.model_id desc limit $3`,
    [name, alias, limit + 1, after?.createdAt ?? null, after?.id ?? null],
  );
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return {
    holders: shown.map(({ name: _, alias: __, since, until, ...rest }) => ({
      ...rest,
      since: since.toISOString(),
      until: until?.toISOString() ?? null,
    })),
    next: rows.length > limit && last ? { createdAt: last.since, id: last.modelId } : null,
  };
}

/** The current holder as the API shows it. @throws ArcFleetError `not_found`. */
export async function getAlias(manager: EntityManager, name: string, alias: string): Promise<ModelAliasView> {
  const holder = await findAliasHolder(manager, name, alias);
  if (!holder) throw new ArcFleetError('not_found', `No model holds ${name}@${alias}.`, { name, alias });
  return toView(holder, await findPreviousHolder(manager, name, alias));
}

function toView(holder: AliasHolder, previous: AliasHolder | null): ModelAliasView {
  const { name, alias, number, modelId, version, since } = holder;
  return {
    name,
    alias,
    number,
    modelId,
    version,
    since: since.toISOString(),
    previous: previous && { modelId: previous.modelId, version: previous.version },
  };
}

/** Moves of one alias wait for each other, also of one that nobody holds yet. */
async function lockAlias(manager: EntityManager, name: string, alias: string): Promise<void> {
  await manager.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [`arcfleet:alias:${name}@${alias}`]);
}
