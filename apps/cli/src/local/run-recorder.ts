import { appendFile } from 'node:fs/promises';
import type { CheckpointManifest, MetricSeries, RecordBody, RecordOf, RunStreamEvent } from '#contracts';

/** What a recorder keeps of a run for its report. */
export interface RecordedRun {
  readonly engine: string | null;
  readonly verifications: MetricSeries['verifications'];
  readonly speeds: readonly number[];
}

export interface RunRecorderOptions {
  /** Gets a line of JSON per step, verification and checkpoint. */
  readonly metricsFile: string;
  readonly generation: number;
  /** The same events as the API streams; a record counts as stored when this has settled, too. */
  readonly onEvent: (event: RunStreamEvent) => Promise<void>;
  /** Keeps a checkpoint as the one to go on from; all records before it are stored by then. */
  readonly onCheckpoint: (manifest: CheckpointManifest) => Promise<void>;
}

/** What `results` is to a fleet, for a run without one: stores what rank 0 says, and tells it on. */
export class RunRecorder implements RecordedRun {
  engine: string | null = null;
  readonly verifications: MetricSeries['verifications'] = [];
  readonly speeds: number[] = [];
  private totalSteps: number | null = null;
  private seq = 0;

  constructor(private readonly options: RunRecorderOptions) {}

  /** Settles when the record is on disk. */
  async store(body: RecordBody): Promise<void> {
    switch (body.type) {
      case 'training.started':
        return this.onStarted(body);
      case 'metrics':
        return this.onMetrics(body);
      case 'verification': {
        const { step, subject, target, scores } = body;
        this.verifications.push({ step, generation: this.options.generation, subject, target, scores });
        await this.append([{ step, verification: target, subject, ...scores }]);
        return this.tell('verification', { step, subject, target, scores });
      }
      case 'checkpoint.written': {
        const { step, folder } = body.manifest;
        await this.append([{ step, checkpoint: folder }]);
        await this.options.onCheckpoint(body.manifest);
        return this.tell('checkpoint', { step, folder });
      }
      case 'model.written': {
        const { type: _type, files: _files, ...model } = body;
        return this.tell('model', model);
      }
      default:
        return;
    }
  }

  private async onStarted({
    step,
    totalSteps,
    numClasses,
    numImages,
    engine,
    engineDetails,
  }: RecordOf<'training.started'>): Promise<void> {
    this.engine = engine;
    this.totalSteps = totalSteps;
    await this.append([{ step, totalSteps, started: new Date().toISOString(), numClasses, numImages, engine: engineDetails }]);
    const message = `Training ${numClasses} classes (${numImages} images) from step ${step} to ${totalSteps} on ${engineDetails}.`;
    return this.tell('transition', { status: 'running', message });
  }

  private async onMetrics({ points }: RecordOf<'metrics'>): Promise<void> {
    await this.append(points.map(({ step, values }) => ({ step, ...values })));
    for (const { values } of points) {
      if (values['samplesPerSecond'] !== undefined) this.speeds.push(values['samplesPerSecond']);
    }
    const last = points.at(-1);
    if (last?.values['loss'] === undefined) return;
    return this.tell('progress', { step: last.step, totalSteps: this.totalSteps, ...last.values });
  }

  private tell(type: RunStreamEvent['type'], data: Record<string, unknown>): Promise<void> {
    return this.options.onEvent({ seq: ++this.seq, type, at: new Date().toISOString(), data });
  }

  private append(lines: readonly object[]): Promise<void> {
    return appendFile(this.options.metricsFile, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
  }
}
