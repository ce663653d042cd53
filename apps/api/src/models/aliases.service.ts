import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { AliasHolderList, ModelAliasView } from '#contracts';
import { appendAudit, checkReady, getAlias, listAliasHolders, removeAlias, resolveModel, setAlias } from '#persistence';
import type { Actor } from '../access/actor.js';
import { checkRevision } from '../http/if-match.js';
import { nextPage, toPage } from '../http/page.js';
import { ApiSettings } from '../settings.js';
import type { HoldersQuery } from './queries.js';

@Injectable()
export class AliasesService {
  constructor(
    private readonly dataSource: DataSource,
    private readonly settings: ApiSettings,
  ) {}

  /** @throws ArcFleetError `not_found` for the model, or when nobody holds the alias. */
  async get(ref: string, alias: string): Promise<ModelAliasView> {
    const { manager } = this.dataSource;
    const { name } = await resolveModel(manager, ref);
    return getAlias(manager, name, alias);
  }

  /** @throws ArcFleetError `not_found`, `conflict` for a model that is not ready, `precondition_failed`. */
  set(ref: string, alias: string, expected: number | null, actor: Actor): Promise<ModelAliasView> {
    return this.dataSource.transaction(async (manager) => {
      const model = await resolveModel(manager, ref, 'share');
      checkReady(model);
      const check = (found: number): void => checkRevision(found, expected);
      const { view, moved } = await setAlias(manager, { model, alias, actor: actor.id, check });
      if (moved) {
        const details = { alias: `${model.name}@${alias}`, previous: view.previous };
        await appendAudit(manager, { actor: actor.id, action: 'models.setAlias', resourceId: model.id, details });
      }
      return view;
    });
  }

  /** @throws ArcFleetError `not_found` when the model does not hold it, `precondition_failed`. */
  remove(ref: string, alias: string, expected: number | null, actor: Actor): Promise<void> {
    return this.dataSource.transaction(async (manager) => {
      const model = await resolveModel(manager, ref, 'share');
      const check = (found: number): void => checkRevision(found, expected);
      await removeAlias(manager, { model, alias, actor: actor.id, check });
      const details = { alias: `${model.name}@${alias}` };
      await appendAudit(manager, { actor: actor.id, action: 'models.removeAlias', resourceId: model.id, details });
    });
  }

  /** @throws ArcFleetError `not_found` for the model. */
  async holders(ref: string, alias: string, query: HoldersQuery): Promise<AliasHolderList> {
    const { manager } = this.dataSource;
    const { id, name } = await resolveModel(manager, ref);
    const { holders, next } = await listAliasHolders(manager, { name, alias, ...toPage(query) });
    const url = `${this.settings.publicUrl}/models/${id}/aliases/${alias}/holders`;
    return { holders, next: nextPage(url, next, { limit: query.limit }) };
  }
}
