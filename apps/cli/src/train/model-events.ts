import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { RecordOf, RunStreamEvent } from '#contracts';
import type { ProgressView } from '../follow/progress-view.js';
import type { ModelPlacer } from './place-models.js';

/** What a run says of scores and models, turned into lines and into files at their place. */
export class ModelEvents {
  private placing: Promise<void> = Promise.resolve();

  constructor(
    private readonly options: {
      readonly view: ProgressView;
      readonly placer: ModelPlacer;
      /** Storage of the ranks as this process sees it; null: it does not. */
      readonly storageRoot: string | null;
    },
  ) {}

  onEvent(event: RunStreamEvent): void {
    const { view } = this.options;
    if (event.type === 'verification') {
      view.say(describeScores(event.data as unknown as RecordOf<'verification'>));
    } else if (event.type === 'checkpoint') {
      view.say(`saved     checkpoint of step ${String(event.data['step'])}`);
    } else if (event.type === 'model') {
      const model = event.data as unknown as RecordOf<'model.written'>;
      this.placing = this.placing.then(() => this.place(model));
    }
  }

  /** Waits for what is being copied. @throws whatever copying failed with. */
  settled(): Promise<void> {
    return this.placing;
  }

  private async place(model: RecordOf<'model.written'>): Promise<void> {
    const { placer, storageRoot, view } = this.options;
    if (storageRoot === null) return;
    const folder = join(storageRoot, model.folder);
    try {
      const prefix = await placer.onModel({ ...model, folder });
      if (prefix !== null) view.say(`placed    step ${model.step}: ${prefix}.safetensors`);
    } catch (error) {
      // One that is gone was replaced by a better one, which comes next; or it never lay on this machine.
      if (existsSync(folder)) throw error;
    }
  }
}

function describeScores({ step, subject, target, scores }: RecordOf<'verification'>): string {
  const percent = (share: number): string => (share * 100).toFixed(2);
  const what = subject === 'pixels' ? 'raw pixels' : step === 0 ? 'untrained' : `step ${step}`;
  return `verified  ${what}: ${target} ${percent(scores.accuracy)} ± ${percent(scores.std)} %`;
}
