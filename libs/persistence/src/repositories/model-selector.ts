import { ArcFleetError, type ModelSelector } from '#contracts';
import type { EntityManager } from 'typeorm';
import { jsonb } from '../storable.js';

export interface SelectedModel {
  readonly id: string;
  readonly name: string;
  readonly version: number;
  /** Relative to the storage root. */
  readonly folder: string;
}

/** More at once is taken for a mistake. */
export const MAX_SELECTED_MODELS = 1000;

/**
 * The stored models that a selector means now, by name and version. Those that are not ready or are gone are left out, also of `ids`.
 * In a transaction none of them can be deleted until its end.
 * @throws ArcFleetError `conflict` when there are more than {@link MAX_SELECTED_MODELS}.
 */
export async function selectModels(manager: EntityManager, selector: ModelSelector): Promise<SelectedModel[]> {
  const { where, parameters } = toCondition(selector);
  const rows: SelectedModel[] = await manager.query(
    `select m.id, m.name, m.version, m.folder from models m
      where m.deleted_at is null and m.state = 'ready' and ${where}
      order by m.name, m.version limit ${MAX_SELECTED_MODELS + 1} for share of m`,
    parameters,
  );
  if (rows.length <= MAX_SELECTED_MODELS) return rows;
  const message = `More than ${MAX_SELECTED_MODELS} models are meant; say it by labels or an alias.`;
  throw new ArcFleetError('conflict', message, { selector });
}

function toCondition(selector: ModelSelector): { where: string; parameters: unknown[] } {
  if ('all' in selector) return { where: 'true', parameters: [] };
  if ('ids' in selector) return { where: 'm.id = any($1::text[])', parameters: [selector.ids] };
  if ('labels' in selector) return { where: 'm.labels @> $1::jsonb', parameters: [jsonb(selector.labels)] };
  const holder = 'm.id in (select a.model_id from model_aliases a where a.alias = $1 and a.until is null';
  return selector.name === undefined
    ? { where: `${holder})`, parameters: [selector.alias] }
    : { where: `${holder} and a.name = $2)`, parameters: [selector.alias, selector.name] };
}
