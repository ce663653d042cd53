import type { DataSource, QueryRunner } from 'typeorm';

/** Keys of the advisory locks: any constants of ours. */
const LOCKS = { control: 0x41_46_00_02, schedules: 0x41_46_00_10, logs: 0x41_46_00_11 } as const;

/**
 * The right to decide, or to do something else that only one may do: one `results` process at a time has it. Held by a database session, so it is free as soon as the holder's
 * connection is gone. It only avoids double work; every decision is also a conditional update of its own.
 */
export class ControlLease {
  private runner: QueryRunner | null = null;

  constructor(
    private readonly dataSource: DataSource,
    private readonly what: keyof typeof LOCKS = 'control',
  ) {}

  /** Runs `act` if the lease can be had, else does nothing. */
  async whileHeld(act: () => Promise<void>): Promise<boolean> {
    if (!(await this.take())) return false;
    await act();
    return true;
  }

  async release(): Promise<void> {
    const { runner } = this;
    this.runner = null;
    await runner?.query('select pg_advisory_unlock_all()').catch(() => undefined);
    await runner?.release().catch(() => undefined);
  }

  /** Asks again each time: the answer shows whether the session that holds the lock still lives. */
  private async take(): Promise<boolean> {
    try {
      this.runner ??= this.dataSource.createQueryRunner();
      const rows: { held: boolean }[] = await this.runner.query(
        `select coalesce((select true from pg_locks where locktype = 'advisory' and pid = pg_backend_pid() and objid::bigint = $1::bigint limit 1),
           pg_try_advisory_lock($1::bigint)) as held`,
        [LOCKS[this.what]],
      );
      return rows[0]?.held === true;
    } catch (error) {
      const { runner } = this;
      this.runner = null;
      await runner?.release().catch(() => undefined);
      throw error;
    }
  }
}
