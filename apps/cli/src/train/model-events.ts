import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { RecordOf, RunStreamEvent } from '#contracts';
import type { ProgressView } from '../follow/progress-view.js';
import type { ModelPlacer } from './place-models.js';
import type { BestModel } from './place-models.js';

/** What a run says of scores and models, turned into lines and into files at their place. */
export class ModelEvents {
  private placing: Promise<void> = Promise.resolve();

  constructor(
    private readonly options: {
      readonly view: ProgressView;
      readonly best: BestModel;
      readonly placer: ModelPlacer;
      /** Storage of the ranks as this process sees it; null: it does not. */
      readonly storageRoot: string | null;
    },
  ) {}

  onEvent(event: RunStreamEvent): void {
    const { view, best } = this.options;
    if (event.type === 'verification') {
      const scored = event.data as unknown as RecordOf<'verification'>;
      best.onVerification(scored);
      const { step, subject, target, scores } = scored;
      const what = subject === 'pixels' ? 'raw pixels' : step === 0 ? 'untrained' : `step ${step}`;
      view.say(`verified  ${what}: ${target} ${percent(scores.accuracy)} ± ${percent(scores.std)} %`);
    } else if (event.type === 'checkpoint') {
      view.say(`saved     checkpoint of step ${String(event.data['step'])}`);
    } else if (event.type === 'model') {
      const { step, folder, isBest } = event.data as { step: number; folder: string; isBest?: boolean };
      this.placing = this.placing.then(() => this.place(step, folder, isBest ?? null));
    }
  }

  /** Waits for what is being copied. @throws whatever copying failed with. */
  settled(): Promise<void> {
    return this.placing;
  }

  private async place(step: number, folder: string, isBest: boolean | null): Promise<void> {
    const { placer, storageRoot, view } = this.options;
    if (storageRoot === null || !existsSync(join(storageRoot, folder))) return;
    const prefix = await placer.onModel(step, join(storageRoot, folder), isBest);
    if (prefix !== null) view.say(`placed    step ${step}: ${prefix}.safetensors`);
  }
}

const percent = (share: number): string => (share * 100).toFixed(2);
