import { scoreSummarySchema, type EvaluationScores, type ProgressRecord, type RecordOf, type TaskWork } from '#contracts';
import type { EntityManager } from 'typeorm';
import type { GenerationState } from '../entities/generation.entity.js';
import { newId } from '../ids.js';
import { appendRunEvent } from '../run-events.js';
import { jsonb, storableText } from '../storable.js';
import { applyTaskResult } from '../task-effects.js';
import { transitionRun } from '../transition-run.js';
import { enqueueWebhook } from '../webhook-outbox.js';
import { forgetModel, forgetModelsAfter, insertModel } from './models.repository.js';

/** How far a rank's channel is committed and whose it is. */
export interface RankWatermark {
  readonly generation: number;
  readonly rank: number;
  readonly nextSeq: number;
  readonly workerId: string;
}

export interface CommitResult {
  /**
   * One per rank that was heard. None for a rank of an ended generation that has not finished: it would take its checkpoint for
   * accepted and delete older ones, among them the one that the next generation starts from.
   */
  readonly watermarks: readonly RankWatermark[];
  /** Generations that are over (or that nobody knows): whoever still sends for them must stop. */
  readonly deadGenerations: readonly number[];
  /** A rank has finished: there may be something to decide. */
  readonly hasFinished: boolean;
}

interface RankRow {
  generation: number;
  rank: number;
  workerId: string | null;
  committedSeq: number;
  state: GenerationState;
  isCurrent: boolean;
  isFinished: boolean;
  totalSteps: number | null;
}

/**
 * Commits records of one run, in the order given: each takes effect only if its `seq` is the next one of its rank and its sender holds the
 * rank; anything else is a duplicate, or will be sent again after the gap. Must run in a transaction, which is what makes a
 * record's effect and its number one fact. A generation that is over takes no more effects, but its records still count as
 * committed, so that who sends them comes to an end.
 */
export async function commitRecords(
  manager: EntityManager,
  runId: string,
  records: readonly ProgressRecord[],
): Promise<CommitResult> {
  // No run has such an id, and Postgres would not even compare it.
  if (storableText(runId) !== runId) return { watermarks: [], deadGenerations: [], hasFinished: false };
  // The run's row first, as everywhere: transactions of one run wait for each other and never deadlock.
  await manager.query('select 1 from runs where id = $1 for update', [runId]);
  const ranks = await lockRanks(manager, runId, records);
  const live = await findLiveNumbers(manager, runId);
  const strangers = new Set<RankRow>();
  let hasFinished = false;
  for (const record of records) {
    const row = ranks.get(keyOf(record));
    if (row === undefined) continue;
    const sender = storableText(record.workerId);
    if (record.seq === row.committedSeq + 1 && record.body.type === 'rank.claimed') row.workerId ??= sender;
    if (sender !== row.workerId) strangers.add(row);
    if (sender !== row.workerId || record.seq !== row.committedSeq + 1) continue;
    row.committedSeq = record.seq;
    await applyToRank(manager, record);
    if (row.isCurrent && row.state !== 'ended') await applyToRun(manager, record, row);
    if (record.body.type === 'rank.finished') row.isFinished = hasFinished = true;
  }
  const watermarks: RankWatermark[] = [];
  for (const row of ranks.values()) {
    const { generation, rank, committedSeq, workerId } = row;
    if (workerId === null) continue;
    await manager.query('update ranks set committed_seq = $4 where run_id = $1 and generation = $2 and rank = $3', [
      runId,
      generation,
      rank,
      committedSeq,
    ]);
    // A stranger must learn whose rank it is, or it would wait for its records for long.
    if (row.state === 'ended' && !row.isFinished && !strangers.has(row)) continue;
    watermarks.push({ generation, rank, nextSeq: committedSeq + 1, workerId });
  }
  const dead = new Set(records.map(({ generation }) => generation).filter((generation) => !live.has(generation)));
  return { watermarks, deadGenerations: [...dead], hasFinished };
}

const keyOf = ({ generation, rank }: { generation: number; rank: number }): string => `${generation}/${rank}`;

async function findLiveNumbers(manager: EntityManager, runId: string): Promise<Set<number>> {
  const rows: { generation: number }[] = await manager.query(
    `select generation from generations where run_id = $1 and state <> 'ended'`,
    [runId],
  );
  return new Set(rows.map(({ generation }) => generation));
}

async function lockRanks(
  manager: EntityManager,
  runId: string,
  records: readonly ProgressRecord[],
): Promise<Map<string, RankRow>> {
  const wanted = [...new Map(records.map((record) => [keyOf(record), record])).values()];
  const rows: RankRow[] = await manager.query(
    `select k.generation, k.rank, k.worker_id as "workerId", k.committed_seq as "committedSeq", g.state,
            r.generation = k.generation as "isCurrent", k.outcome is not null as "isFinished", r.total_steps as "totalSteps"
       from unnest($2::int[], $3::int[]) as w (generation, rank)
       join ranks k on k.run_id = $1 and k.generation = w.generation and k.rank = w.rank
       join generations g on g.run_id = k.run_id and g.generation = k.generation
       join runs r on r.id = k.run_id
      order by k.generation, k.rank for update of k`,
    [runId, wanted.map(({ generation }) => generation), wanted.map(({ rank }) => rank)],
  );
  return new Map(rows.map((row) => [keyOf(row), row]));
}

/** What a record says of its rank; holds for a generation that is over, too. */
async function applyToRank(manager: EntityManager, record: ProgressRecord): Promise<void> {
  const { runId, generation, rank, at, body } = record;
  const address = [runId, generation, rank];
  const ofRank = 'where run_id = $1 and generation = $2 and rank = $3';
  switch (body.type) {
    case 'rank.claimed':
      await manager.query(`update ranks set worker_id = $4, slot = $5, claimed_at = $6 ${ofRank}`, [
        ...address,
        storableText(record.workerId),
        body.slot,
        at,
      ]);
      await manager.query(`update reservations set worker_id = $4 ${ofRank}`, [...address, storableText(record.workerId)]);
      if (rank === 0) await manager.query('update runs set code_version = $2 where id = $1', [runId, versionOf(body)]);
      return;
    case 'metrics':
      await manager.query(`update ranks set last_step = $4 ${ofRank}`, [...address, lastStepOf(body)]);
      return;
    case 'rank.finished':
      await manager.query(
        `update ranks set outcome = $4, error = $5, last_step = coalesce($6, last_step), finished_at = $7, message = $8 ${ofRank}`,
        [
          ...address,
          body.outcome,
          body.error ? jsonb(body.error) : null,
          body.step,
          at,
          body.message === undefined ? null : storableText(body.message),
        ],
      );
      await manager.query(`delete from reservations ${ofRank}`, address);
      return;
    default:
      return;
  }
}

const versionOf = ({ version }: RecordOf<'rank.claimed'>): string | null =>
  version === undefined ? null : storableText(version);

/** What a record of the live generation says of its run. */
async function applyToRun(manager: EntityManager, record: ProgressRecord, row: RankRow): Promise<void> {
  const { runId, generation, body } = record;
  const at = new Date(record.at);
  switch (body.type) {
    case 'training.started':
      row.totalSteps = body.totalSteps;
      return startTraining(manager, runId, generation, body, at);
    case 'metrics':
      await storeMetrics(manager, record, body);
      await manager.query('update runs set step = $2 where id = $1', [runId, lastStepOf(body)]);
      return reportProgress(manager, runId, body, row.totalSteps, at);
    case 'verification':
      return storeVerification(manager, runId, generation, body, at);
    case 'checkpoint.written':
      return acceptCheckpoint(manager, runId, generation, body, at);
    case 'model.written': {
      const made = await insertModel(manager, { runId, generation, at }, body);
      const { type: _, files: __, ...data } = body;
      await appendRunEvent(manager, runId, { type: 'model', at, data: { ...made, generation, ...data } });
      const news = { modelId: made.id, name: made.name, version: made.version, source: 'run', runId };
      await enqueueWebhook(manager, { type: 'model.created', at, runId: null, data: news });
      return;
    }
    case 'model.deleted':
      return forgetModel(manager, runId, body.folder, at);
    case 'evaluation.started':
      return startEvaluation(manager, runId, generation, body, at);
    case 'evaluation.scored':
      return storeScores(manager, runId, generation, body, at);
    case 'task.completed': {
      const [rows]: [{ work: TaskWork }[], number] = await manager.query(
        `update runs set result = $2, step = coalesce(total_steps, 1) where id = $1 and kind = 'task' returning config->'work' as work`,
        [runId, jsonb(body.result)],
      );
      // A result of another task than the one that was asked for says nothing.
      const work = rows[0]?.work;
      if (work?.task === body.result.task) await applyTaskResult(manager, { runId, work, at }, body.result);
      return;
    }
    case 'task.progress':
      return advanceTask(manager, runId, generation, body, at);
    case 'embeddings.computed':
      await manager.query('update runs set opened_model = $2, result = $3, engine = $4, step = 1 where id = $1', [
        runId,
        jsonb(body.model),
        jsonb(body.result),
        storableText(body.model.engine),
      ]);
      return;
    default:
      return;
  }
}

async function startTraining(
  manager: EntityManager,
  runId: string,
  generation: number,
  body: RecordOf<'training.started'>,
  at: Date,
): Promise<void> {
  await manager.query('update runs set engine = $2, num_classes = $3, step = $4, total_steps = $5 where id = $1', [
    runId,
    storableText(body.engine),
    body.numClasses,
    body.step,
    body.totalSteps,
  ]);
  // What an older generation made of later steps is trained anew.
  await forgetModelsAfter(manager, runId, body.step, at);
  await markRunning(manager, runId, generation, at);
  await transitionRun(manager, runId, 'running', {
    reason: 'training',
    message: storableText(
      `Training ${body.numClasses} classes (${body.numImages} images) from step ${body.step} to ${body.totalSteps} on ${body.engineDetails}.`,
    ),
  });
}

/** An evaluation begins anew with each generation: what an older one scored is not shown. */
async function startEvaluation(
  manager: EntityManager,
  runId: string,
  generation: number,
  { model, engine, engineDetails }: RecordOf<'evaluation.started'>,
  at: Date,
): Promise<void> {
  await manager.query('update runs set engine = $2, opened_model = $3, step = 0 where id = $1', [
    runId,
    storableText(engine),
    jsonb(model),
  ]);
  await markRunning(manager, runId, generation, at);
  const name = model.network === null ? `a model (${model.format})` : `${model.network} (${model.format})`;
  await transitionRun(manager, runId, 'running', {
    reason: 'evaluating',
    message: storableText(`Evaluating ${name} on ${engineDetails}.`),
  });
}

/** A task begins anew with each generation. One progress event stands for all before it. */
async function advanceTask(
  manager: EntityManager,
  runId: string,
  generation: number,
  { step, totalSteps }: RecordOf<'task.progress'>,
  at: Date,
): Promise<void> {
  await manager.query(`update runs set step = $2, total_steps = $3 where id = $1 and kind = 'task'`, [runId, step, totalSteps]);
  await markRunning(manager, runId, generation, at);
  await transitionRun(manager, runId, 'running', { reason: 'working', message: 'A worker does it.' });
  await manager.query(`delete from run_events where run_id = $1 and type = 'progress'`, [runId]);
  await appendRunEvent(manager, runId, { type: 'progress', at, data: { step, totalSteps } });
}

async function markRunning(manager: EntityManager, runId: string, generation: number, at: Date): Promise<void> {
  await manager.query(
    `update generations set state = 'running', started_at = $3 where run_id = $1 and generation = $2 and state = 'admitted'`,
    [runId, generation, at],
  );
}

async function storeScores(
  manager: EntityManager,
  runId: string,
  generation: number,
  { target, digest, scores }: RecordOf<'evaluation.scored'>,
  at: Date,
): Promise<void> {
  await manager.query(
    `insert into evaluation_scores (run_id, generation, target, protocol, scores, at, digest) values ($1, $2, $3, $4, $5, $6, $7)
     on conflict (run_id, generation, target) do update
       set protocol = excluded.protocol, scores = excluded.scores, at = excluded.at, digest = excluded.digest`,
    [runId, generation, storableText(target), scores.protocol, jsonb(scores), at, digest ?? null],
  );
  const [rows]: [{ step: number; totalSteps: number }[], number] = await manager.query(
    `update runs set step = (select count(*) from evaluation_scores where run_id = $1 and generation = $2) where id = $1
     returning step, total_steps as "totalSteps"`,
    [runId, generation],
  );
  const data = { ...rows[0], target, scores: scoreSummarySchema.parse(withoutCurves(scores)) };
  await appendRunEvent(manager, runId, { type: 'scored', at, data });
}

/** Events and webhooks stay small; the curves are in the table. */
function withoutCurves(scores: EvaluationScores): Record<string, unknown> {
  return Object.fromEntries(Object.entries(scores).filter(([name]) => name !== 'roc' && name !== 'histogram'));
}

const lastStepOf = (body: RecordOf<'metrics'>): number => Math.max(...body.points.map(({ step }) => step));

async function storeMetrics(manager: EntityManager, record: ProgressRecord, body: RecordOf<'metrics'>): Promise<void> {
  const all = body.points.flatMap(({ step, values }) =>
    Object.entries(values).map(([name, value]) => ({ step, name: storableText(name), value })),
  );
  // Postgres refuses an insert that meets its own row: of two values for one name and step the last one stands.
  const rows = [...new Map(all.map((row) => [`${row.step}/${row.name}`, row])).values()];
  await manager.query(
    `insert into metrics (run_id, generation, rank, step, name, value)
     select $1, $2, $3, m.step, m.name, m.value from unnest($4::int[], $5::text[], $6::float8[]) as m (step, name, value)
     on conflict (run_id, generation, rank, step, name) do update set value = excluded.value`,
    [
      record.runId,
      record.generation,
      record.rank,
      rows.map(({ step }) => step),
      rows.map(({ name }) => name),
      rows.map(({ value }) => value),
    ],
  );
}

/** One progress event stands for all before it: a long run must not fill the table, and who comes late wants the newest. */
async function reportProgress(
  manager: EntityManager,
  runId: string,
  body: RecordOf<'metrics'>,
  totalSteps: number | null,
  at: Date,
): Promise<void> {
  const last = body.points.at(-1);
  if (last?.values['loss'] === undefined) return;
  await manager.query(`delete from run_events where run_id = $1 and type = 'progress'`, [runId]);
  await appendRunEvent(manager, runId, { type: 'progress', at, data: { step: last.step, totalSteps, ...last.values } });
}

async function storeVerification(
  manager: EntityManager,
  runId: string,
  generation: number,
  { step, subject, target, scores }: RecordOf<'verification'>,
  at: Date,
): Promise<void> {
  await manager.query(
    `insert into verifications (run_id, generation, step, subject, target, scores, at) values ($1, $2, $3, $4, $5, $6, $7)
     on conflict (run_id, generation, step, subject, target) do update set scores = excluded.scores, at = excluded.at`,
    [runId, generation, step, subject, storableText(target), jsonb(scores), at],
  );
  await appendRunEvent(manager, runId, { type: 'verification', at, data: { step, subject, target, scores } });
}

async function acceptCheckpoint(
  manager: EntityManager,
  runId: string,
  generation: number,
  { manifest }: RecordOf<'checkpoint.written'>,
  at: Date,
): Promise<void> {
  const id = newId('ckpt');
  const inserted: unknown[] = await manager.query(
    `insert into checkpoints (id, run_id, generation, step, manifest, accepted_at) values ($1, $2, $3, $4, $5, $6)
     on conflict (run_id, generation, step) do nothing returning 1`,
    [id, runId, generation, manifest.step, jsonb(manifest), at],
  );
  if (inserted.length === 0) return;
  await manager.query('update runs set checkpoint_id = $2, restarts_since_checkpoint = 0 where id = $1', [runId, id]);
  await appendRunEvent(manager, runId, { type: 'checkpoint', at, data: { step: manifest.step, folder: manifest.folder } });
}
