import { ArcFleetError, RUN_KIND_FACTS, type RunKind } from '#contracts';
import type { EntityManager } from 'typeorm';
import { jsonb } from '../storable.js';
import { writeRunLabels } from './insert-run.js';

/** What may change while a run waits, works or is over. */
export interface EditableRun {
  readonly revision: number;
  readonly name: string | null;
  readonly labels: Readonly<Record<string, string>>;
}

/** Its row stays locked until the transaction ends. @throws ArcFleetError `not_found`. */
export async function lockRunForEdit(manager: EntityManager, kind: RunKind, id: string): Promise<EditableRun> {
  const rows: EditableRun[] = await manager.query(
    `select revision, config->>'name' as name, config->'labels' as labels from runs where id = $1 and kind = $2 for update`,
    [id, kind],
  );
  if (rows[0] === undefined)
    throw new ArcFleetError('not_found', `There is no ${RUN_KIND_FACTS[kind].noun} ${id}.`, { runId: id });
  return rows[0];
}

/** Gives a run another name and other labels, where it is shown and where it is searched. Must run in the transaction that locked it. */
export async function editRun(
  manager: EntityManager,
  id: string,
  { name, labels }: Omit<EditableRun, 'revision'>,
): Promise<void> {
  await manager.query(
    `update runs set name = $2::text, revision = revision + 1,
       config = (config - 'name') || jsonb_build_object('labels', $3::jsonb)
         || case when $2::text is null then '{}'::jsonb else jsonb_build_object('name', $2::text) end
      where id = $1`,
    [id, name, jsonb(labels)],
  );
  await manager.query('delete from run_labels where run_id = $1', [id]);
  await writeRunLabels(manager, id);
}
