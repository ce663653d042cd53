import type { ModelDetails, RunStatus } from '#contracts';
import type { EntityManager } from 'typeorm';
import { findScores } from './evaluations.repository.js';
import { toMetrics, type ScoredEvaluation, type ScoredVerification } from './model-metrics.js';
import type { StoredModel } from './models.repository.js';

export type StoredModelDetails = StoredModel & Omit<ModelDetails, 'urls'>;

const MAX_EVALUATIONS = 100;

/** Where a model comes from and what it scored. */
export async function withDetails(manager: EntityManager, model: StoredModel): Promise<StoredModelDetails> {
  const { verifications, evaluations, metrics } = await findModelScores(manager, model);
  return {
    ...model,
    ...(await findLineage(manager, model)),
    metrics,
    verifications: verifications.map(({ target, scores }) => ({ target, scores })),
    evaluations: evaluations.map(({ id, status, createdAt, scores }) => ({
      id,
      status,
      createdAt: createdAt.toISOString(),
      scores: scores.map((each) => ({ target: each.target, scores: each.scores })),
    })),
  };
}

/** Verifications of its training at its step, its last evaluations, and of both the newest result on each target. */
export async function findModelScores(
  manager: EntityManager,
  { id, runId, generation, step, engine }: StoredModel,
): Promise<{
  verifications: readonly ScoredVerification[];
  evaluations: readonly (ScoredEvaluation & { status: RunStatus; createdAt: Date })[];
  metrics: ModelDetails['metrics'];
}> {
  const verifications: ScoredVerification[] = await manager.query(
    `select run_id as "runId", step, target, scores, at, $4::text as engine from verifications
      where run_id = $1 and generation = $2 and step = $3 and subject = 'model' order by target`,
    [runId, generation, step, engine],
  );
  const runs: { id: string; status: RunStatus; generation: number; engine: string | null; createdAt: Date }[] =
    await manager.query(
      `select id, status, generation, engine, created_at as "createdAt" from runs
        where model_id = $1 and kind = 'evaluation' order by created_at desc, id desc limit $2`,
      [id, MAX_EVALUATIONS],
    );
  const scores = await findScores(manager, runs);
  const evaluations = runs.map((run) => ({ ...run, scores: scores.get(run.id) ?? [] }));
  return { verifications, evaluations, metrics: toMetrics(verifications, evaluations) };
}

async function findLineage(
  manager: EntityManager,
  { runId, generation, step, engine, codeVersion }: StoredModel,
): Promise<Pick<ModelDetails, 'run' | 'lineage'>> {
  interface Row {
    run: ModelDetails['run'];
    dataset: ModelDetails['lineage']['dataset'];
    checkpoint: ModelDetails['lineage']['checkpoint'];
    parent: ModelDetails['lineage']['parent'];
    resumedFrom: ModelDetails['lineage']['resumedFrom'];
  }
  const rows: Row[] = await manager.query(
    `select json_build_object('id', r.id, 'name', r.config->>'name', 'status', r.status,
              'configDigest', encode(sha256(convert_to((r.config - 'name' - 'labels')::text, 'UTF8')), 'hex')) as run,
            json_build_object('path', r.config->'dataset'->>'path', 'ref', r.config->'dataset'->>'ref',
              'digest', r.config->'dataset'->>'digest') as dataset,
            case when c.id is not null
              then json_build_object('generation', c.generation, 'step', c.step, 'folder', c.manifest->>'folder') end as checkpoint,
            case when r.config->'pretrained'->>'path' is not null
              then json_build_object('path', r.config->'pretrained'->>'path', 'modelId', r.config->'pretrained'->>'modelId',
                'model', r.config->'pretrained'->>'model') end as parent,
            case when r.resumed_from is not null
              then json_build_object('runId', r.resumed_from, 'step', r.resumed_step) end as "resumedFrom"
       from runs r left join checkpoints c on c.run_id = r.id and c.generation = $2 and c.step = $3
      where r.id = $1`,
    [runId, generation, step],
  );
  const { run = null, dataset = null, checkpoint = null, parent = null, resumedFrom = null } = rows[0] ?? {};
  return { run, lineage: { engine, codeVersion, dataset, checkpoint, parent, resumedFrom } };
}
