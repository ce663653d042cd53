import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Accuracies, BestModel } from '#contracts';
import { isFolderOfRun, modelFolder } from '../checkpoint/folders.js';
import type { TrainingState } from '../prepare-training.js';
import type { TrainingDeps } from '../training-deps.js';
import { isBest } from './best-model.js';
import { writeModel } from './write-model.js';

/** A rank may stay silent that long while rank 0 writes the model. */
const LEASE_MS = 300_000;

/** Stores the models that the run's policy wants, and knows the best one. All ranks call it alike. */
export class ModelKeeper {
  best: BestModel | null;
  /** Folders of best models that a later one has replaced, and since which step. */
  private replaced: { folder: string; step: number }[] = [];

  constructor(
    private readonly deps: TrainingDeps,
    private readonly state: TrainingState,
  ) {
    this.best = deps.job.resumeFrom?.best ?? null;
  }

  /** Told after every verification; `isLast`: the run ends here. Returns once the model, if one is due, is safe on disk. */
  async keep(accuracies: Accuracies, isLast: boolean): Promise<void> {
    const { job } = this.deps;
    const { save } = job.config.model;
    const { step } = this.state;
    const isBetter = isBest(accuracies, this.best);
    if (isBetter) {
      const folder = modelFolder(job.runId, { generation: job.generation, step });
      // A run that goes on with another one must beat its best model, and leaves that where it is.
      const isOwn = this.best !== null && isFolderOfRun(this.best.folder, job.runId);
      if (this.best && isOwn && save === 'best') this.replaced.push({ folder: this.best.folder, step });
      this.best = { step, folder, accuracies };
    }
    if (isLast || save === 'all' || (isBetter && save !== 'last')) await this.write(accuracies, { isBest: isBetter, isLast });
  }

  /**
   * Deletes best models that were replaced before `step`, the step of an accepted checkpoint: whoever starts from that one
   * knows the newer.
   */
  async prune(step: number): Promise<void> {
    if (this.replaced.length === 0) return;
    const ready = this.replaced.filter((one) => one.step <= step);
    this.replaced = this.replaced.filter((one) => one.step > step);
    if (this.deps.job.rank !== 0) return;
    for (const { folder } of ready) {
      this.deps.emit({ type: 'model.deleted', folder });
      await rm(join(this.deps.storageRoot, folder), { recursive: true, force: true });
    }
  }

  private async write(accuracies: Accuracies, flags: { isBest: boolean; isLast: boolean }): Promise<void> {
    const { job, collective, engine, storageRoot, emit, onPhase = () => undefined } = this.deps;
    const { backbone, step } = this.state;
    onPhase('model', step);
    collective.extendLease(LEASE_MS, 'model');
    const merged = await backbone.evaluated().statistics.merge(collective, engine);
    if (job.rank === 0) {
      const folder = modelFolder(job.runId, { generation: job.generation, step });
      const facts = { runId: job.runId, step, loss: job.config.loss.name, accuracies };
      const files = await writeModel(join(storageRoot, folder), backbone, merged, facts);
      emit({ type: 'model.written', step, folder, files, accuracies, ...flags });
    }
    // Nobody goes on before the model is safe, so that all ranks succeed or none.
    await collective.barrier();
  }
}
