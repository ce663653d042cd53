import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import {
  evaluationConfigSchema,
  type CreatedEvaluation,
  type CreateEvaluation,
  type EvaluationList,
  type EvaluationScoreList,
  type EvaluationView,
  type ModelReference,
  type ResolvedModel,
} from '#contracts';
import {
  appendAudit,
  createEvaluation,
  getEvaluation,
  getEvaluationScores,
  listEvaluations,
  pinEvaluationData,
  requestCancel,
  type EvaluationDetails,
} from '#persistence';
import type { Actor } from '../access/actor.js';
import { useModel } from '../models/use-model.js';
import { nextPage, toPage } from '../http/page.js';
import { toFilterParameters, toFilters } from '../runs/filters.js';
import type { ListEvaluationsQuery } from '../runs/queries.js';
import { RunEditing, type EditRequest } from '../runs/run-editing.js';
import { Submission } from '../runs/submission.js';
import { ApiSettings } from '../settings.js';

@Injectable()
export class EvaluationsService {
  constructor(
    private readonly dataSource: DataSource,
    private readonly settings: ApiSettings,
    private readonly submission: Submission,
    private readonly editing: RunEditing,
  ) {}

  /**
   * Creates an evaluation; see {@link Submission.submit}.
   * @throws ArcFleetError `model_not_found` for an id that names no stored model, `conflict` for one that is not ready.
   */
  create(input: CreateEvaluation, actor: Actor, key: string | undefined): Promise<CreatedEvaluation & { replayed: boolean }> {
    return this.submission.submit({ route: 'POST /evaluations', actor, input, key }, input, async (manager, endpoints) => {
      const { webhooks: _, model, ref, targets, ...rest } = input;
      const data = await pinEvaluationData(manager, { ref, targets });
      const config = evaluationConfigSchema.parse({ ...rest, ...data, model: await toResolvedModel(manager, model) });
      const id = await createEvaluation(manager, config, endpoints);
      await appendAudit(manager, { actor: actor.id, action: 'evaluations.create', resourceId: id });
      return this.toView(await getEvaluation(manager, id));
    });
  }

  async get(id: string): Promise<EvaluationView> {
    return this.toView(await getEvaluation(this.dataSource.manager, id));
  }

  scores(id: string): Promise<EvaluationScoreList> {
    return getEvaluationScores(this.dataSource.manager, id);
  }

  async list(query: ListEvaluationsQuery): Promise<EvaluationList> {
    const options = { ...toPage(query), ...toFilters(query) };
    const { evaluations, next } = await listEvaluations(this.dataSource.manager, options);
    return {
      evaluations: evaluations.map((evaluation) => this.toView(evaluation)),
      next: nextPage(`${this.settings.publicUrl}/evaluations`, next, toFilterParameters(query)),
    };
  }

  /** Name and labels; see {@link RunEditing.edit}. */
  edit(id: string, request: EditRequest): Promise<EvaluationView> {
    return this.editing.edit('evaluation', id, request, async (manager) => this.toView(await getEvaluation(manager, id)));
  }

  async cancel(id: string, actor: Actor): Promise<EvaluationView> {
    return this.dataSource.transaction(async (manager) => {
      await requestCancel(manager, id);
      await appendAudit(manager, { actor: actor.id, action: 'evaluations.cancel', resourceId: id });
      return this.toView(await getEvaluation(manager, id));
    });
  }

  private toView(evaluation: EvaluationDetails): EvaluationView {
    const self = `${this.settings.publicUrl}/evaluations/${evaluation.id}`;
    const urls = {
      self,
      events: `${self}/events`,
      logs: `${self}/logs`,
      scores: `${self}/scores`,
      deliveries: `${self}/deliveries`,
      cancel: `${self}/cancel`,
    };
    return { ...evaluation, urls };
  }
}

/** What a worker opens: a stored model's folder, or the files that were named. */
async function toResolvedModel(manager: EntityManager, model: ModelReference): Promise<ResolvedModel> {
  if (!('id' in model)) return { id: null, ...model };
  const { id, folder } = await useModel(manager, model.id, '/model/id');
  return { id, path: folder };
}
