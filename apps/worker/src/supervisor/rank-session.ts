import {
  recordBodySchema,
  type BusySlot,
  type ErrorReport,
  type FromTrainer,
  type GenerationCommand,
  type Observer,
  type RankJob,
  type RecordOf,
  type TrainerSettings,
} from '#contracts';
import type { RecordOutlet } from './record-outlet.js';
import { startTrainer, type TrainerExit, type TrainerProcess } from './trainer-process.js';

export interface RankSessionDeps {
  job: RankJob;
  slot: number;
  workerId: string;
  /** Of its ArcFleet. */
  version: string;
  outlet: RecordOutlet;
  settings: TrainerSettings;
  trainerMain: string;
  /** Environment of the trainer: the slot's devices. */
  env: NodeJS.ProcessEnv;
  observer: Observer;
  /** How long a trainer may take to leave after its last record. */
  exitMs: number;
  /** How long the last records may take to be committed before the slot is given back regardless. */
  commitMs: number;
}

/** One rank job on one slot: from the claim to the commit of its last record. */
export class RankSession {
  private phase = 'starting';
  private step: number | null = null;
  private trainer: TrainerProcess | null = null;
  /** The trainer is ready for messages. */
  private started = false;
  private wish: 'stop' | 'cancel' | null = null;
  /** Set once the session is to end by force; what the rank's last record will say. */
  private ending: { outcome: 'stopped' | 'failed'; error?: ErrorReport } | null = null;
  private finished = false;
  private exitTimer: NodeJS.Timeout | undefined;
  private readonly giveUp = new AbortController();

  constructor(private readonly deps: RankSessionDeps) {}

  /** For the worker's record. */
  describe(): BusySlot {
    const { runId, generation, rank } = this.deps.job;
    return {
      runId,
      generation,
      rank,
      slot: this.deps.slot,
      phase: this.phase,
      step: this.step,
      trainerPid: this.trainer?.pid ?? null,
    };
  }

  get generation(): { runId: string; generation: number } {
    return { runId: this.deps.job.runId, generation: this.deps.job.generation };
  }

  /** Obeys the command in force; the same one again changes nothing. */
  command({ command, reason }: GenerationCommand): void {
    if (command === 'abort') this.abort(reason);
    else this.stop(command);
  }

  /** Asks the trainer to leave at a step boundary, together with its peers. */
  stop(mode: 'stop' | 'cancel'): void {
    // A cancel overrides a stop, never the reverse.
    if (this.wish === mode || this.wish === 'cancel') return;
    this.wish = mode;
    if (this.started) this.trainer?.send({ type: 'stop', mode });
  }

  /** Ends the rank now. */
  abort(reason: string): void {
    this.end({
      outcome: 'stopped',
      error: { code: 'peer_aborted', message: `The rank was ended by the control plane: ${reason}.` },
    });
  }

  /** The lock of the job is lost: another process may hold this rank now. */
  lockLost(): void {
    this.end({
      outcome: 'failed',
      error: { code: 'worker_lost', message: `Worker ${this.deps.workerId} lost the lock of its rank job; is its Redis alive?` },
    });
  }

  /** Nobody hears this session any more: end it and wait for nothing. */
  abandon(): void {
    this.end({ outcome: 'stopped' });
    this.giveUp.abort();
  }

  /** Runs to the end; never rejects for what the trainer does. */
  async run(): Promise<void> {
    const { outlet, job, slot, workerId, version, observer } = this.deps;
    outlet.onCommitted = (seq) => this.trainer?.send({ type: 'committed', seq });
    outlet.onEvicted = (other) => {
      observer.log('warn', 'this rank belongs to another worker', { ...this.generation, rank: job.rank, other });
      this.abandon();
    };
    outlet.push({ type: 'rank.claimed', workerId, slot, version });
    if (this.ending === null) await this.train();
    clearTimeout(this.exitTimer);
    if (!this.finished) {
      const { outcome, error } = this.ending ?? { outcome: 'failed' };
      outlet.push({ type: 'rank.finished', outcome, step: this.step, ...(error === undefined ? {} : { error }) });
    }
    this.phase = 'finishing';
    const committed = await outlet.drained(this.deps.commitMs, this.giveUp.signal);
    if (!committed) observer.log('warn', 'the last records of a rank were not committed', { ...this.describe() });
    await outlet.close();
  }

  private async train(): Promise<void> {
    const { trainerMain, env, observer, job } = this.deps;
    const trainer = startTrainer({ main: trainerMain, env, observer, onMessage: (message) => this.onMessage(message) });
    this.trainer = trainer;
    observer.log('info', 'trainer started', { ...this.generation, rank: job.rank, slot: this.deps.slot, pid: trainer.pid });
    const exit = await trainer.exited;
    this.trainer = null;
    observer.log(this.finished ? 'info' : 'warn', 'trainer ended', {
      ...this.generation,
      rank: job.rank,
      code: exit.code,
      signal: exit.signal,
    });
    if (!this.finished && this.ending === null) this.ending = { outcome: 'failed', error: crashReport(exit, job, this.step) };
  }

  private onMessage(message: FromTrainer): void {
    switch (message.type) {
      case 'ready':
        this.started = true;
        this.trainer?.send({ type: 'start', job: this.deps.job, settings: this.deps.settings });
        if (this.wish !== null) this.trainer?.send({ type: 'stop', mode: this.wish });
        return;
      case 'record':
        this.onRecord(message.body);
        return;
      case 'phase':
        this.phase = message.phase;
        this.step = message.step ?? this.step;
        return;
      case 'log':
        this.deps.observer.log(message.level, message.message, {
          ...message.fields,
          ...this.generation,
          rank: this.deps.job.rank,
        });
        return;
    }
  }

  private onRecord(body: unknown): void {
    if (this.finished || this.ending !== null) return;
    const parsed = recordBodySchema.safeParse(body);
    if (!parsed.success) {
      // The channel counts every record: one that cannot be sent would leave a hole for ever.
      const issue = parsed.error.issues[0];
      const message = `The trainer sent a record that is not valid: ${issue?.path.join('.')}: ${issue?.message}.`;
      this.end({ outcome: 'failed', error: { code: 'internal', message } });
      return;
    }
    this.deps.outlet.push(parsed.data);
    if (parsed.data.type === 'rank.finished') this.onFinished(parsed.data);
  }

  private onFinished(record: RecordOf<'rank.finished'>): void {
    this.finished = true;
    this.phase = 'finishing';
    this.step = record.step ?? this.step;
    this.exitTimer = setTimeout(() => this.trainer?.kill(), this.deps.exitMs);
  }

  private end(ending: { outcome: 'stopped' | 'failed'; error?: ErrorReport }): void {
    this.ending ??= ending;
    this.trainer?.kill();
  }
}

function crashReport(exit: TrainerExit, job: RankJob, step: number | null): ErrorReport {
  const how = exit.signal === null ? `with exit code ${exit.code}` : `by ${exit.signal}`;
  const where = step === null ? 'before its first step' : `after step ${step}`;
  const last = exit.lastLines.at(-1);
  return {
    code: 'trainer_crashed',
    message: `The trainer of rank ${job.rank} ended ${how} ${where}${last === undefined ? '.' : `: ${last}`}`.slice(0, 3_900),
    details: { rank: job.rank, exitCode: exit.code, signal: exit.signal, lastLines: exit.lastLines.slice(-5) },
  };
}
