import type { EntityManager } from 'typeorm';
import { runConfigSchema, type CreateRun, type RunConfig } from '#contracts';
import { pinDatasetOfRun } from '../datasets/use-dataset.js';
import { pinModelOfRun } from '../models/use-model.js';

/**
 * The configuration that is stored with a run: references looked up and pinned, defaults filled in. Must run in the transaction that
 * creates the run.
 *
 * @param pretrained what the run starts from where that is known already; undefined: it is looked up
 * @throws ArcFleetError `dataset_not_found`, `model_not_found`, `conflict`, `validation_failed`, naming the field.
 */
export async function resolveRun(
  manager: EntityManager,
  run: CreateRun,
  pretrained?: RunConfig['pretrained'],
): Promise<RunConfig> {
  const { webhooks: _, ...config } = run;
  const dataset = await pinDatasetOfRun(manager, run);
  return runConfigSchema.parse({
    ...config,
    dataset,
    pretrained: pretrained === undefined ? await pinModelOfRun(manager, run) : pretrained,
  });
}
