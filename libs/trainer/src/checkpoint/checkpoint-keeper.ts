import type { BestModel } from '#contracts';
import type { TrainingDeps } from '../training-deps.js';
import { writeCheckpoint, type CheckpointParts } from './checkpoint.js';
import { pruneCheckpoints, type SnapshotAddress } from './folders.js';

/** Writes checkpoints and forgets old ones once newer ones were accepted. */
export class CheckpointKeeper {
  private readonly accepted: SnapshotAddress[];
  private waiting: { address: SnapshotAddress; seq: number }[] = [];

  constructor(
    private readonly deps: TrainingDeps,
    private readonly parts: CheckpointParts,
  ) {
    const { resumeFrom } = deps.job;
    this.accepted = resumeFrom ? [{ generation: resumeFrom.generation, step: resumeFrom.step }] : [];
  }

  /** Step of the last checkpoint that this generation knows to be accepted; -1: there is none. */
  get acceptedStep(): number {
    return this.accepted.at(-1)?.step ?? -1;
  }

  async write(step: number, best: BestModel | null): Promise<void> {
    const manifest = await writeCheckpoint(this.parts, step, best);
    if (!manifest) return;
    const seq = this.deps.emit({ type: 'checkpoint.written', manifest });
    this.waiting.push({ address: { generation: manifest.generation, step }, seq });
  }

  async prune(): Promise<void> {
    const committed = this.deps.committedSeq();
    const ready = this.waiting.filter(({ seq }) => seq <= committed);
    if (ready.length === 0) return;
    this.waiting = this.waiting.filter(({ seq }) => seq > committed);
    this.accepted.push(...ready.map(({ address }) => address));
    const { job, storageRoot, observer } = this.deps;
    const deleted = await pruneCheckpoints(storageRoot, job.runId, job.generation, this.accepted, job.config.checkpoint.keep);
    if (deleted.length > 0) observer.log('info', 'old checkpoints deleted', { deleted });
  }
}
