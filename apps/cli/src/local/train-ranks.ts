import { setTimeout as delay } from 'node:timers/promises';
import type { ErrorReport, FromTrainer, TrainingJob, RecordBody, RecordOf, TrainerSettings } from '#contracts';
import { startRank, type RankExit, type RankProcess } from './rank-process.js';

export interface TrainRanksOptions {
  /** The job of rank 0; the others get the same with their own number. */
  readonly job: Omit<TrainingJob, 'rank'>;
  readonly settings: TrainerSettings;
  /** Path of the trainer's main module. */
  readonly main: string;
  /** Environment of each rank's trainer. */
  readonly envOf: (rank: number) => NodeJS.ProcessEnv;
  /** Stores a record; the trainer takes it for committed when this has settled. */
  readonly onRecord: (rank: number, body: RecordBody) => Promise<void>;
  readonly log: (level: 'debug' | 'info' | 'warn' | 'error', message: string) => void;
  /** Raised: stop at a checkpoint. */
  readonly stop: AbortSignal;
}

export interface RanksOutcome {
  readonly outcome: RecordOf<'rank.finished'>['outcome'];
  /** Updates done, by rank 0. */
  readonly step: number | null;
  readonly error: ErrorReport | null;
  /** Why it succeeded before its last step. */
  readonly message: string | null;
}

/** How long the ranks that are left may take to notice that one is gone, and a finished one to leave. */
const AFTERMATH_MS = 3_000;
const EXIT_MS = 15_000;

/**
 * Trains all ranks of a run in child processes and waits for the last one. Never rejects for what a trainer does; when one fails the
 * others are ended, too. Ranks that were told to stop take the time that their step and their checkpoint take.
 */
export async function trainRanks(options: TrainRanksOptions): Promise<RanksOutcome> {
  const { job, stop } = options;
  const errors: ErrorReport[] = [];
  const ranks: LocalRank[] = [];
  const endAll = (): void => ranks.forEach((rank) => rank.kill());
  const onFailure = (error: ErrorReport): void => {
    errors.push(error);
    void delay(AFTERMATH_MS, undefined, { ref: false }).then(endAll);
  };
  let isEndedEarly = false;
  const onStop = (): void => {
    // Before all ranks have their job none has done a step, and those that wait for the others would wait long.
    isEndedEarly = errors.length === 0 && ranks.some((rank) => !rank.isStarted);
    if (isEndedEarly) endAll();
    else ranks.forEach((rank) => rank.stop());
  };
  for (let rank = 0; rank < job.worldSize; rank++) ranks.push(new LocalRank(rank, options, onFailure));
  stop.addEventListener('abort', onStop, { once: true });
  if (stop.aborted) onStop();
  await Promise.all(ranks.map((rank) => rank.ended));
  stop.removeEventListener('abort', onStop);
  return conclude(ranks, errors, isEndedEarly);
}

/** How a rank ended, by its last record; null: it left without one. */
export interface EndedRank {
  readonly finished: RecordOf<'rank.finished'> | null;
  /** Last step that it spoke of. */
  readonly step: number | null;
}

/**
 * What became of the run: it succeeded or stopped when every rank says so and none failed. A failure stays one, whether or not
 * somebody asked the ranks to stop.
 * @param isEndedEarly the ranks were ended on request before the first had begun
 */
export function conclude(ranks: readonly EndedRank[], errors: readonly ErrorReport[], isEndedEarly: boolean): RanksOutcome {
  const finished = ranks[0]?.finished;
  const step = finished?.step ?? ranks[0]?.step ?? null;
  if (errors.length === 0) {
    if (isEndedEarly) return { outcome: 'stopped', step, error: null, message: null };
    const outcome = finished?.outcome;
    if (outcome && outcome !== 'failed' && ranks.every((rank) => rank.finished?.outcome === outcome)) {
      return { outcome, step, error: null, message: finished.message ?? null };
    }
  }
  // What peers say of a rank that failed is not the cause.
  const cause = errors.find(({ code }) => code !== 'peer_lost' && code !== 'peer_aborted') ?? errors[0];
  return { outcome: 'failed', step, error: cause ?? endedWithoutReason(ranks), message: null };
}

function endedWithoutReason(ranks: readonly EndedRank[]): ErrorReport {
  const ends = ranks.map(({ finished }, rank) => `rank ${rank} ${finished?.outcome ?? 'left without a word'}`);
  return { code: 'trainer_crashed', message: `The ranks did not end alike: ${ends.join(', ')}.` };
}

/** One rank: its process, the numbers of its records, and how it ended. */
class LocalRank implements EndedRank {
  finished: RecordOf<'rank.finished'> | null = null;
  step: number | null = null;
  /** It has been given its job. */
  isStarted = false;
  readonly ended: Promise<void>;
  private readonly process: RankProcess;
  private isKilled = false;
  /** 0 is a supervisor's own record. */
  private nextSeq = 1;
  private storing: Promise<void> = Promise.resolve();

  constructor(
    private readonly rank: number,
    private readonly options: TrainRanksOptions,
    private readonly onFailure: (error: ErrorReport) => void,
  ) {
    this.process = startRank({
      main: options.main,
      env: options.envOf(rank),
      onMessage: (message) => this.onMessage(message),
    });
    this.ended = this.process.exited.then((exit) => this.onExit(exit));
  }

  stop(): void {
    this.process.send({ type: 'stop', mode: 'stop' });
  }

  kill(): void {
    this.isKilled = true;
    this.process.kill();
  }

  private onMessage(message: FromTrainer): void {
    switch (message.type) {
      case 'ready': {
        const { job, settings } = this.options;
        this.process.send({ type: 'start', job: { ...job, rank: this.rank }, settings });
        this.isStarted = true;
        return;
      }
      case 'record':
        this.onRecord(message.body);
        return;
      case 'phase':
        this.step = message.step ?? this.step;
        return;
      case 'log':
        this.options.log(message.level, `rank ${this.rank}: ${message.message}`);
        return;
    }
  }

  private onRecord(body: RecordBody): void {
    const seq = this.nextSeq++;
    this.storing = this.storing
      .then(() => this.options.onRecord(this.rank, body))
      .then(
        () => this.process.send({ type: 'committed', seq }),
        (error: unknown) => this.fail({ code: 'internal', message: `A record could not be stored: ${String(error)}` }),
      );
    if (body.type !== 'rank.finished') return;
    this.finished = body;
    if (body.error) this.onFailure(body.error);
    setTimeout(() => this.kill(), EXIT_MS).unref();
  }

  private async onExit(exit: RankExit): Promise<void> {
    await this.storing;
    if (this.finished || this.isKilled) return;
    const message = `The trainer of rank ${this.rank} ${describeExit(exit)}`;
    this.onFailure({ code: 'trainer_crashed', message, details: { rank: this.rank, lastLines: [...exit.lastLines] } });
  }

  private fail(error: ErrorReport): void {
    this.onFailure(error);
    this.kill();
  }
}

function describeExit({ code, signal, lastLines }: RankExit): string {
  // Nobody who is killed that way has said why.
  if (signal === 'SIGKILL') return 'was killed (SIGKILL), by a person or for want of memory.';
  const last = lastLines.at(-1);
  return `ended ${signal === null ? `with exit code ${code}` : `by ${signal}`}${last === undefined ? '.' : `: ${last}`}`;
}
