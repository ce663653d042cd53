import type { FromTrainer, Observer, RecordBody } from '#contracts';
import type { StopMode } from '#trainer';
import { toPlain } from './error-record.js';

/** The trainer's end of the channel to its supervisor. */
export class SupervisorLink {
  /** All records up to and including this number are in Postgres. */
  committedSeq = -1;
  /** What this rank was told; a cancel overrides a stop. */
  stopMode: StopMode = 'none';
  readonly observer: Observer = {
    log: (level, message, fields) => this.send({ type: 'log', level, message, ...toFields(fields) }),
  };
  /** 0 is the supervisor's own `rank.claimed`. */
  private nextSeq = 1;

  wish(mode: 'stop' | 'cancel'): void {
    if (this.stopMode !== 'cancel') this.stopMode = mode;
  }

  /** @returns the record's number in the rank's channel */
  record(body: RecordBody): number {
    this.send({ type: 'record', body });
    return this.nextSeq++;
  }

  phase(phase: string, step: number | null): void {
    this.send({ type: 'phase', phase, step });
  }

  send(message: FromTrainer): void {
    // A supervisor that is gone takes this process with it; nothing else to do here.
    process.send?.(message, undefined, undefined, () => undefined);
  }

  /** Lets everything that was sent leave, then ends the process. */
  async exit(code: number): Promise<never> {
    await new Promise<void>((resolve) => {
      if (!process.send || !process.connected) return resolve();
      process.send({ type: 'phase', phase: 'finishing', step: null } satisfies FromTrainer, undefined, undefined, () =>
        resolve(),
      );
    });
    process.exit(code);
  }
}

/** Plain data only: what cannot be cloned must not end a training. */
function toFields(fields: Record<string, unknown> | undefined): { fields?: Record<string, unknown> } {
  return fields === undefined ? {} : { fields: toPlain(fields) };
}
