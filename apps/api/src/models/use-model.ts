import type { EntityManager } from 'typeorm';
import { ArcFleetError, NETWORKS, pointerOfRun, validationError, type CreateRun, type RunConfig } from '#contracts';
import { checkReady, resolveModel, type StoredModel } from '#persistence';

/**
 * A stored model that a request names, kept from being deleted until the transaction ends.
 * @throws ArcFleetError `model_not_found` naming the field, `conflict` for one that is not ready.
 */
export async function useModel(manager: EntityManager, ref: string, pointer: string): Promise<StoredModel> {
  try {
    const stored = await resolveModel(manager, ref, 'share');
    checkReady(stored);
    return stored;
  } catch (error) {
    if (!(error instanceof ArcFleetError) || error.code !== 'not_found') throw error;
    throw new ArcFleetError('model_not_found', `${error.message} GET /models lists those that are stored.`, {
      modelId: ref,
      fieldErrors: [{ pointer, message: 'names no stored model' }],
    });
  }
}

/**
 * What a run starts from, with the model that its reference means now: an alias that moves later moves nothing here. Must run in the
 * transaction that creates the run.
 * @throws ArcFleetError what {@link useModel} throws; `validation_failed` for a model that the run's network cannot start from.
 */
export async function pinModelOfRun(manager: EntityManager, run: CreateRun): Promise<RunConfig['pretrained']> {
  if (run.pretrained === null) return null;
  const { model: ref, path, epoch, newOutput } = run.pretrained;
  // The schema asks for one of both.
  if (ref === undefined) return { path: path as string, newOutput, ...(epoch === undefined ? {} : { epoch }) };
  const pointer = pointerOfRun(run, '/pretrained/model');
  const stored = await useModel(manager, ref, pointer);
  const message = mismatchOf(stored, run.network, newOutput);
  if (message !== null) throw validationError([{ pointer, message }]);
  const { id, name, version, folder } = stored;
  return { path: folder, newOutput, modelId: id, model: `${name}@${version}` };
}

/** What can be told without opening the files; null: nothing. */
function mismatchOf(model: StoredModel, { name, embeddingSize }: CreateRun['network'], newOutput: boolean): string | null {
  const what = `${model.name}@${model.version}`;
  if (model.format === 'onnx') return `must be no graph: ${what} came as ONNX, which can be evaluated but not trained on`;
  if (model.network !== null && model.network !== name) {
    return `must be a model of ${name}: ${what} is one of ${model.network} (set network.name)`;
  }
  const size = embeddingSize ?? NETWORKS[name].embeddingSize;
  if (newOutput || model.embeddingSize === null || model.embeddingSize === size) return null;
  return `must have embedding size ${size}: ${what} has ${model.embeddingSize} (set network.embeddingSize, or newOutput)`;
}
