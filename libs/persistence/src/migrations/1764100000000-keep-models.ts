import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The one model of before was written at the end of a run, and nobody had scored it. Its folder names its generation. */
const UP = [
  `alter table runs add column total_steps int`,
  `alter table runs add column models jsonb not null default '[]'`,
  `update runs set models = jsonb_build_array(model ||
     jsonb_build_object('generation', coalesce(substring(model->>'folder' from '/g([0-9]+)-s[0-9]+$')::int, generation), 'accuracies', '[]'::jsonb, 'isBest', false, 'isLast', true))
    where model is not null`,
  `alter table runs drop column model`,
  `alter table ranks add column message text`,
];

/** Only the model that a run ended with has a place in the column of before. */
const DOWN = [
  `alter table ranks drop column message`,
  `alter table runs add column model jsonb`,
  `update runs set model = (
     select jsonb_build_object('step', m.model->'step', 'folder', m.model->'folder', 'files', m.model->'files')
       from jsonb_array_elements(models) with ordinality as m (model, place)
      where m.model @> '{"isLast": true}' order by m.place desc limit 1)`,
  `alter table runs drop column models`,
  `alter table runs drop column total_steps`,
];

/** A run keeps several models, knows its length, and a rank says why it ended early. */
export class KeepModels1764100000000 implements MigrationInterface {
  readonly name = 'KeepModels1764100000000';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of UP) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const statement of DOWN) await runner.query(statement);
  }
}
