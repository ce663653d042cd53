import type { RunView, Transition } from '#contracts';
import type { EntityManager } from 'typeorm';

/** What the view of a training has out of other tables. */
export interface RunParts {
  /** In order. */
  readonly transitions: Transition[];
  /** Those that are there, oldest first. */
  readonly models: RunView['models'];
  /** The last one that was accepted. */
  readonly checkpoint: RunView['checkpoint'];
}

/** Parts of several trainings by id, in one query: what a request costs is how often it asks the database. */
export async function findRunParts(manager: EntityManager, ids: readonly string[]): Promise<Map<string, RunParts>> {
  const rows: (RunParts & { id: string })[] = await manager.query(
    `select r.id, coalesce(t.transitions, '[]') as transitions, coalesce(m.models, '[]') as models,
            case when c.id is not null then
              json_build_object('step', c.step, 'generation', c.generation, 'folder', c.manifest->>'folder') end as checkpoint
       from runs r
       left join checkpoints c on c.id = r.checkpoint_id
       left join lateral (
         select json_agg(json_build_object('status', e.data->'status', 'reason', e.data->'reason', 'message', e.data->'message',
                                           'generation', e.data->'generation', 'at', e.at) order by e.seq) as transitions
           from run_events e where e.run_id = r.id and e.type = 'transition') t on true
       left join lateral (
         select json_agg(json_build_object('id', id, 'generation', generation, 'step', step, 'folder', folder, 'files', files,
                                           'accuracies', accuracies, 'isBest', is_best, 'isLast', is_last)
                         order by created_at, step, id) as models
           from models where run_id = r.id and deleted_at is null and generation is not null and step is not null) m on true
      where r.id = any($1)`,
    [ids],
  );
  return new Map(
    rows.map(({ id, transitions, ...parts }) => [id, { ...parts, transitions: transitions.map(toTransition) }] as const),
  );
}

/** Postgres writes times in its own way. */
const toTransition = ({ at, ...transition }: Transition): Transition => ({ ...transition, at: new Date(at).toISOString() });
