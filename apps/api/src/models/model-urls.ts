import type { ModelView } from '#contracts';
import type { StoredModel } from '#persistence';

/** A stored model with its links; what is only for us stays behind. */
export function toModelView<T extends StoredModel>(
  { taskId, engine: _, codeVersion: __, ...model }: T,
  publicUrl: string,
): Omit<T, 'taskId' | 'engine' | 'codeVersion'> & Pick<ModelView, 'urls'> {
  const self = `${publicUrl}/models/${model.id}`;
  return {
    ...model,
    urls: {
      self,
      files: `${self}/files`,
      embeddings: `${self}/embeddings`,
      run: model.runId === null ? null : `${publicUrl}/runs/${model.runId}`,
      task: taskId === null ? null : `${publicUrl}/tasks/${taskId}`,
    },
  };
}
