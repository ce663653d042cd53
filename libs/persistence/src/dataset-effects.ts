import type { ErrorReport, TaskResultOf, WorkOf } from '#contracts';
import type { EntityManager } from 'typeorm';
import { jsonb } from './storable.js';
import { enqueueWebhook } from './webhook-outbox.js';

/** The end of a validation. */
interface EndedValidation {
  readonly runId: string;
  readonly work: WorkOf<'dataset.validate'>;
  readonly at: Date;
}

interface Waiting {
  readonly id: string;
  readonly name: string;
  readonly path: string;
  readonly kind: string;
}

/** What a validation found becomes the state of its data set. Nothing happens where another validation was begun since. */
export async function applyValidation(
  manager: EntityManager,
  task: EndedValidation,
  { facts, numProblems, problems }: TaskResultOf<'dataset.validate'>,
): Promise<void> {
  const row = await lockWaiting(manager, task);
  if (row === null) return;
  if (facts === null) return endInvalid(manager, row, 'invalid', { numProblems, problems }, task.at);
  // Two that find the same images at once must see each other.
  await manager.query('select pg_advisory_xact_lock($1, hashtext($2))', [DATASET_LOCK, row.name]);
  const [same]: { id: string }[] = await manager.query(
    `select id from datasets where name = $1 and digest = $2 and state = 'ready' and id <> $3 for update`,
    [row.name, facts.digest, row.id],
  );
  // Newest is by this clock alone: those of workers differ.
  const found = [jsonb(facts), facts.digest];
  if (same) {
    await manager.query(
      `update datasets set state = 'duplicate', duplicate_of = $2, facts = $3, digest = $4, validated_at = clock_timestamp(), revision = revision + 1
        where id = $1`,
      [row.id, same.id, ...found],
    );
    // The version lies where its images were seen last, and newest is what was seen last.
    await manager.query(
      `update datasets set path = $2, kind = $3, facts = $4, validated_at = clock_timestamp(), revision = revision + 1 where id = $1`,
      [same.id, row.path, row.kind, jsonb(facts)],
    );
  } else {
    await manager.query(
      `update datasets set state = 'ready', facts = $2, digest = $3, validated_at = clock_timestamp(), revision = revision + 1 where id = $1`,
      [row.id, ...found],
    );
  }
  const { images, identities, digest, targets } = facts;
  await enqueueWebhook(manager, {
    type: 'dataset.ready',
    at: task.at,
    runId: null,
    data: {
      datasetId: same?.id ?? row.id,
      name: row.name,
      ref: `${row.name}@${digest}`,
      registeredAs: row.id,
      images,
      identities,
      targets: Object.keys(targets).slice(0, 100),
    },
  });
}

/** A validation that did not come to its end leaves no data set waiting. */
export async function applyValidationFailure(
  manager: EntityManager,
  task: EndedValidation,
  status: 'failed' | 'canceled',
  error: ErrorReport | null,
): Promise<void> {
  const row = await lockWaiting(manager, task);
  if (row === null) return;
  const why = error ? `${error.code}: ${error.message}` : `the validation was ${status}`;
  const problems = [{ where: task.runId, message: why.slice(0, 1000) }];
  await endInvalid(manager, row, 'failed', { numProblems: 1, problems }, task.at);
}

/** First key of the advisory locks on names of data sets: any constant of ours. */
const DATASET_LOCK = 0x41_46_00_12;

async function lockWaiting(manager: EntityManager, { runId, work }: EndedValidation): Promise<Waiting | null> {
  const [row]: Waiting[] = await manager.query(
    `select id, name, path, kind from datasets where id = $1 and task_id = $2 and state = 'validating' for update`,
    [work.datasetId, runId],
  );
  return row ?? null;
}

async function endInvalid(
  manager: EntityManager,
  { id, name }: Waiting,
  state: 'invalid' | 'failed',
  { numProblems, problems }: Pick<TaskResultOf<'dataset.validate'>, 'numProblems' | 'problems'>,
  at: Date,
): Promise<void> {
  await manager.query(
    'update datasets set state = $2, facts = null, digest = null, num_problems = $3, problems = $4, revision = revision + 1 where id = $1',
    [id, state, numProblems, jsonb(problems)],
  );
  const first = problems[0];
  await enqueueWebhook(manager, {
    type: 'dataset.invalid',
    at,
    runId: null,
    data: { datasetId: id, name, state, numProblems, ...(first ? { problem: `${first.where}: ${first.message}` } : {}) },
  });
}
