import {
  ArcFleetError,
  evaluationConfigSchema,
  RUN_STATUSES,
  isTerminal,
  type FireOutcome,
  type FireTrigger,
  type FireView,
} from '#contracts';
import type { EntityManager } from 'typeorm';
import { ScheduleEvaluationEntity, type ScheduleFireEntity } from '../entities/schedule-fire.entity.js';
import { newId } from '../ids.js';
import { enqueueWebhook } from '../webhook-outbox.js';
import { pinEvaluationData, type EvaluationData } from './evaluation-data.js';
import { createEvaluation } from './evaluations.repository.js';
import { selectModels, type SelectedModel } from './model-selector.js';
import { decideOverlap, type OverlapDecision } from './overlap-policy.js';
import type { Cursor, ListOptions } from './pages.js';
import { requestCancel } from './runs.repository.js';
import type { StoredSchedule } from './schedules.repository.js';

/** Most evaluations that one fire makes. A fire that means more makes none: which ones to leave out is not for us to say. */
export const MAX_FIRE_EVALUATIONS = 200;
/** Fires before the last one may still have evaluations that stop, after they were replaced. */
const LAST_FIRES = 10;
const LABEL = 'schedule';
const OPEN = RUN_STATUSES.filter((status) => !isTerminal(status));

export interface FireRequest {
  readonly scheduledAt: Date;
  readonly trigger: FireTrigger;
  /** `on_time`, `catch_up`, `manual`. */
  readonly reason: string;
  readonly now: Date;
}

interface NewFire extends FireRequest {
  readonly outcome: FireOutcome;
  readonly message: string;
}

/**
 * Lets a time of a schedule fire: by its overlap policy it starts an evaluation of each model that is meant now, waits, or is skipped.
 * The schedule must be locked. A time of the cron that has fired already does nothing.
 * @returns the fire; null: it was there.
 */
export async function performFire(
  manager: EntityManager,
  schedule: StoredSchedule,
  request: FireRequest,
): Promise<FireView | null> {
  const open = await findOpenEvaluations(manager, schedule.id);
  const waiting = await findWaiting(manager, schedule.id);
  const decision = decideOverlap(schedule.overlap, { isRunning: open.length > 0, isWaiting: waiting !== null });
  const fireId = await insertFire(manager, schedule, { ...request, ...FIRST_WORDS[decision](request.reason) });
  if (fireId === null) return null;
  if (decision === 'replace') {
    if (waiting !== null) await settleFire(manager, waiting.id, 'skipped', 'replaced', 'A newer fire took its place.');
    for (const id of open) await cancelOpen(manager, id);
  }
  if (decision === 'start' || decision === 'replace') await startEvaluations(manager, schedule, fireId, request.reason);
  return tellFire(manager, schedule, fireId, request.now);
}

/** Starts the fire that waits, if what it waited for is over. The schedule must be locked. */
export async function startWaitingFire(manager: EntityManager, schedule: StoredSchedule, now: Date): Promise<FireView | null> {
  const waiting = await findWaiting(manager, schedule.id);
  if (waiting === null || (await findOpenEvaluations(manager, schedule.id)).length > 0) return null;
  // Its turn comes while the schedule is paused: only what somebody asked for himself goes on.
  if (schedule.pausedAt !== null && waiting.trigger === 'cron') {
    await settleFire(manager, waiting.id, 'skipped', 'paused', 'The schedule was paused while it waited.');
  } else await startEvaluations(manager, schedule, waiting.id, 'queued');
  return tellFire(manager, schedule, waiting.id, now);
}

/** Writes down times that nobody fired, and tells of them once. The schedule must be locked. */
export async function recordMissed(
  manager: EntityManager,
  schedule: StoredSchedule,
  missed: readonly { readonly scheduledAt: Date; readonly reason: string }[],
  now: Date,
): Promise<void> {
  const [first, last] = [missed[0], missed.at(-1)];
  if (!first || !last) return;
  await manager.query(
    `insert into schedule_fires (id, schedule_id, scheduled_at, fired_at, trigger, outcome, reason, message, revision)
     select m.id, $1, m.at, $2, 'cron', 'missed', m.reason, $3, $4
       from unnest($5::text[], $6::timestamptz[], $7::text[]) as m (id, at, reason)
     on conflict (schedule_id, scheduled_at) where trigger = 'cron' do nothing`,
    [
      schedule.id,
      now,
      'Nobody was there to fire it in time.',
      schedule.revision,
      missed.map(() => newId('fire')),
      missed.map(({ scheduledAt }) => scheduledAt),
      missed.map(({ reason }) => reason),
    ],
  );
  const facts = { from: first.scheduledAt.toISOString(), to: last.scheduledAt.toISOString(), reason: last.reason };
  const data = { scheduleId: schedule.id, name: schedule.name, outcome: 'missed', count: missed.length, ...facts };
  await enqueueWebhook(manager, { type: 'schedule.skipped', at: now, runId: null, data });
}

/** Ids of schedules with a fire that waits for nothing any more, the longest first. */
export async function findWaitingSchedules(manager: EntityManager, limit: number): Promise<string[]> {
  const rows: { id: string }[] = await manager.query(
    `select w.schedule_id as id from schedule_fires w
      where w.outcome = 'waiting' and not exists (${evaluationsOfLastFires('w.schedule_id')} where r.status = any($2::text[]))
      order by w.fired_at limit $1`,
    [limit, OPEN],
  );
  return rows.map(({ id }) => id);
}

/** Fires of a schedule, newest first; the cursor's time is that for which they were due. */
export async function listFires(
  manager: EntityManager,
  { scheduleId, limit, after }: { scheduleId: string } & Pick<ListOptions, 'limit' | 'after'>,
): Promise<{ fires: FireView[]; next: Cursor | null }> {
  const rows: ScheduleFireEntity[] = await manager.query(
    `select ${COLUMNS} from schedule_fires f
      where f.schedule_id = $1 and ($3::timestamptz is null or (f.scheduled_at, f.id) < ($3, $4))
      order by f.scheduled_at desc, f.id desc limit $2`,
    [scheduleId, limit + 1, after?.createdAt ?? null, after?.id ?? null],
  );
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return {
    fires: await withEvaluations(manager, shown),
    next: rows.length > limit && last ? { createdAt: last.scheduledAt, id: last.id } : null,
  };
}

/** The last fires of several schedules, newest first. */
export async function findLastFires(
  manager: EntityManager,
  scheduleIds: readonly string[],
  limit: number,
): Promise<Map<string, FireView[]>> {
  const found = new Map(scheduleIds.map((id): [string, FireView[]] => [id, []]));
  if (scheduleIds.length === 0) return found;
  const rows: ScheduleFireEntity[] = await manager.query(
    `select f.* from unnest($1::text[]) as s (id) cross join lateral (
       select ${COLUMNS} from schedule_fires f where f.schedule_id = s.id order by f.scheduled_at desc, f.id desc limit $2) f
      order by f."scheduledAt" desc, f.id desc`,
    [scheduleIds, limit],
  );
  const views = await withEvaluations(manager, rows);
  for (const [at, { scheduleId }] of rows.entries()) found.get(scheduleId)?.push(views[at]!);
  return found;
}

const COLUMNS = `f.id, f.schedule_id as "scheduleId", f.scheduled_at as "scheduledAt", f.fired_at as "firedAt", f.trigger, f.outcome,
  f.reason, f.message, f.revision`;

/** What a fire says until its evaluations are there. */
const FIRST_WORDS: Record<OverlapDecision, (reason: string) => Pick<NewFire, 'outcome' | 'reason' | 'message'>> = {
  start: (reason) => ({ outcome: 'started', reason, message: '' }),
  replace: (reason) => ({ outcome: 'started', reason, message: '' }),
  wait: () => ({ outcome: 'waiting', reason: 'overlap', message: 'Starts when the evaluations before it are over.' }),
  overlap: () => ({ outcome: 'skipped', reason: 'overlap', message: 'Evaluations of an earlier fire are not over.' }),
  already_waiting: () => ({ outcome: 'skipped', reason: 'already_waiting', message: 'An earlier fire waits already.' }),
};

async function insertFire(manager: EntityManager, { id, revision }: StoredSchedule, fire: NewFire): Promise<string | null> {
  const rows: { id: string }[] = await manager.query(
    `insert into schedule_fires (id, schedule_id, scheduled_at, fired_at, trigger, outcome, reason, message, revision)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
     on conflict (schedule_id, scheduled_at) where trigger = 'cron' do nothing returning id`,
    [newId('fire'), id, fire.scheduledAt, fire.now, fire.trigger, fire.outcome, fire.reason, fire.message, revision],
  );
  return rows[0]?.id ?? null;
}

/** One evaluation per model, by the function that `POST /evaluations` uses; or the reason why there is none. */
async function startEvaluations(manager: EntityManager, schedule: StoredSchedule, fireId: string, reason: string): Promise<void> {
  const { models: selector, name, labels, ref, targets, ...rest } = schedule.evaluation;
  let models: SelectedModel[];
  try {
    models = await selectModels(manager, selector);
  } catch (error) {
    // A selector that means far too many; nothing was written that would have to be undone.
    if (!(error instanceof ArcFleetError) || error.code !== 'conflict') throw error;
    return settleFire(manager, fireId, 'skipped', 'too_many_models', error.message);
  }
  if (models.length === 0) return settleFire(manager, fireId, 'skipped', 'no_models', 'No stored model is meant.');
  if (models.length > MAX_FIRE_EVALUATIONS) {
    const message = `${models.length} models are meant; one fire evaluates at most ${MAX_FIRE_EVALUATIONS}. Say it by labels or an alias.`;
    return settleFire(manager, fireId, 'skipped', 'too_many_models', message);
  }
  let data: EvaluationData;
  try {
    data = await pinEvaluationData(manager, { ref, targets });
  } catch (error) {
    if (!(error instanceof ArcFleetError) || !['dataset_not_found', 'validation_failed'].includes(error.code)) throw error;
    return settleFire(manager, fireId, 'skipped', 'no_dataset', error.message);
  }
  const made: string[] = [];
  for (const model of models) {
    const config = evaluationConfigSchema.parse({
      ...rest,
      ...data,
      name: name ?? `${schedule.name}: ${model.name}@${model.version}`,
      labels: { ...labels, [LABEL]: schedule.id },
      model: { id: model.id, path: model.folder },
    });
    made.push(await createEvaluation(manager, config, []));
  }
  await manager.insert(
    ScheduleEvaluationEntity,
    made.map((runId) => ({ runId, fireId })),
  );
  await settleFire(manager, fireId, 'started', reason, `Evaluates ${made.length} ${made.length === 1 ? 'model' : 'models'}.`);
}

async function settleFire(
  manager: EntityManager,
  id: string,
  outcome: FireOutcome,
  reason: string,
  message: string,
): Promise<void> {
  await manager.query('update schedule_fires set outcome = $2, reason = $3, message = $4 where id = $1', [
    id,
    outcome,
    reason,
    message,
  ]);
}

async function tellFire(manager: EntityManager, schedule: StoredSchedule, fireId: string, at: Date): Promise<FireView> {
  const rows: ScheduleFireEntity[] = await manager.query(`select ${COLUMNS} from schedule_fires f where f.id = $1`, [fireId]);
  const [view] = (await withEvaluations(manager, rows)) as [FireView];
  if (view.outcome === 'waiting') return view;
  const { evaluations, id: _, firedAt: __, ...facts } = view;
  await enqueueWebhook(manager, {
    type: view.outcome === 'started' ? 'schedule.fired' : 'schedule.skipped',
    at,
    runId: null,
    data: { scheduleId: schedule.id, name: schedule.name, fireId, ...facts, evaluations: evaluations.map(({ id }) => id) },
  });
  return view;
}

/** Evaluations of the last fires that are not over. */
async function findOpenEvaluations(manager: EntityManager, scheduleId: string): Promise<string[]> {
  const rows: { id: string }[] = await manager.query(
    `${evaluationsOfLastFires('$1')} where r.status = any($2::text[]) order by r.id`,
    [scheduleId, OPEN],
  );
  return rows.map(({ id }) => id);
}

const evaluationsOfLastFires = (schedule: string): string =>
  `select r.id from (
     select id from schedule_fires where schedule_id = ${schedule} and outcome = 'started' order by fired_at desc limit ${LAST_FIRES}) f
     join schedule_evaluations e on e.fire_id = f.id
     join runs r on r.id = e.run_id`;

async function findWaiting(manager: EntityManager, scheduleId: string): Promise<{ id: string; trigger: FireTrigger } | null> {
  const rows: { id: string; trigger: FireTrigger }[] = await manager.query(
    `select id, trigger from schedule_fires where schedule_id = $1 and outcome = 'waiting'`,
    [scheduleId],
  );
  return rows[0] ?? null;
}

async function cancelOpen(manager: EntityManager, id: string): Promise<void> {
  try {
    await requestCancel(manager, id);
  } catch (error) {
    // It has ended by itself in the meantime.
    if (!(error instanceof ArcFleetError) || error.code !== 'conflict') throw error;
  }
}

async function withEvaluations(manager: EntityManager, fires: readonly ScheduleFireEntity[]): Promise<FireView[]> {
  const rows: (FireView['evaluations'][number] & { fireId: string })[] = await manager.query(
    `select e.fire_id as "fireId", r.id, r.model_id as "modelId", r.status from schedule_evaluations e join runs r on r.id = e.run_id
      where e.fire_id = any($1::text[]) order by r.created_at, r.id`,
    [fires.map(({ id }) => id)],
  );
  const byFire = new Map(fires.map(({ id }): [string, FireView['evaluations']] => [id, []]));
  for (const { fireId, ...evaluation } of rows) byFire.get(fireId)?.push(evaluation);
  return fires.map(({ scheduleId: _, ...fire }) => ({
    ...fire,
    scheduledAt: fire.scheduledAt.toISOString(),
    firedAt: fire.firedAt.toISOString(),
    evaluations: byFire.get(fire.id) ?? [],
  }));
}
