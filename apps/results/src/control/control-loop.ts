import { rankJobId, type EvaluationJob, type GenerationCommand, type Observer, type RankJob } from '#contracts';
import {
  admitRun,
  beginEnding,
  cancelStaleEmbeddings,
  cancelWaitingRuns,
  endGeneration,
  foldCounts,
  forgetEmbeddings,
  forgetWorkers,
  findLiveGenerations,
  findQueuedRuns,
  getGenerationStart,
  listReservedSlots,
  removeDeletedModels,
  renewReservations,
  writeFleetStatus,
  type FleetStatus,
  type GenerationStart,
  type LiveGeneration,
  type LiveRank,
} from '#persistence';
import { readWorkers, writeCommand, writeDemand, type JobQueue } from '#queue';
import type { Redis } from 'ioredis';
import type { DataSource } from 'typeorm';
import { Loop } from '../loop.js';
import { planAdmissions, windowsOf } from './admission-policy.js';
import { decideGeneration, type RankSight } from './generation-policy.js';
import { ControlLease } from './lease.js';
import { WorkerBook } from './worker-book.js';
import { SILENCE, WorkerWatch, type Silence } from './worker-watch.js';

export interface ControlTiming {
  /** Longest pause between two looks. */
  readonly tickMs: number;
  /** How long a reserved slot waits for a worker to claim its rank. */
  readonly claimMs: number;
  /** A job that somebody took and never claimed is waited for no longer than that. */
  readonly openJobMs: number;
  /** Jobs of a generation that nobody has claimed are looked after this often: whoever should have added them may have died. */
  readonly readdMs: number;
  readonly silence: Silence;
}
const TIMING: ControlTiming = { tickMs: 1_000, claimMs: 60_000, openJobMs: 60_000, readdMs: 2_000, silence: SILENCE };

/** How far a living worker's reservations reach ahead. */
const RESERVATION_MS = 30_000;
const RENDEZVOUS_MS = 60_000;
/** How often it is looked for requests for embeddings whose time is up. */
const FORGET_MS = 60_000;
/** Workers that are gone are shown for that long. */
const GONE_WORKERS_MS = 24 * 3_600_000;
/** What the last admission found is written when it is new, and that often. */
const STATUS_MS = 5_000;

export interface ControlLoopDeps {
  readonly dataSource: DataSource;
  /** Fails fast. */
  readonly redis: Redis;
  readonly rankQueue: JobQueue<'rank'>;
  readonly observer: Observer;
  /** Milliseconds, monotonic. */
  readonly clock?: () => number;
  readonly timing?: Partial<ControlTiming>;
}

/**
 * Decides: admits queued runs, watches live generations, ends them. Each tick looks at everything anew (Postgres for what is, Redis for
 * who lives), so a lost wake-up, a crash between two writes or a flushed Redis cost one tick. While Redis is away nothing is
 * decided: nobody could be heard.
 */
export class ControlLoop {
  private readonly loop: Loop;
  private readonly lease: ControlLease;
  private readonly watch: WorkerWatch;
  private readonly clock: () => number;
  private readonly timing: ControlTiming;
  /** Command last written per generation, to write each once; after a flush the watch's renewed beats write it again. */
  private readonly commands = new Map<string, { text: string; at: number }>();
  private readonly readded = new Map<string, number>();
  private forgottenAt = -Infinity;
  private readonly book: WorkerBook;
  private status = { text: '', at: -Infinity };

  constructor(private readonly deps: ControlLoopDeps) {
    this.clock = deps.clock ?? (() => performance.now());
    this.timing = { ...TIMING, ...deps.timing };
    this.watch = new WorkerWatch(this.clock(), this.timing.silence);
    this.lease = new ControlLease(deps.dataSource);
    const { dataSource, redis } = deps;
    this.book = new WorkerBook({ dataSource, redis, clock: this.clock, lostMs: this.timing.silence.workerMs });
    this.loop = new Loop('control', () => this.tickOnce(), { periodMs: this.timing.tickMs, observer: deps.observer });
  }

  start(): void {
    this.loop.start();
  }

  /** Something may have changed. */
  wake(): void {
    this.loop.wake();
  }

  async stop(): Promise<void> {
    await this.loop.stop();
    await this.lease.release();
  }

  private async tickOnce(): Promise<void> {
    await this.lease.whileHeld(() => this.tick());
  }

  private async tick(): Promise<void> {
    const { dataSource, redis } = this.deps;
    this.watch.look(await readWorkers(redis), this.clock());
    const now = new Date();
    await renewReservations(
      dataSource.manager,
      this.watch.alive.map(({ workerId }) => workerId),
      new Date(now.getTime() + RESERVATION_MS),
    );
    // Before generations end: what a lost worker owes shows that it did not just leave.
    await this.book.update(
      this.watch.alive.map((record) => ({ ...record, silentMs: this.watch.silentMs(record.workerId) })),
      now,
    );
    for (const generation of await findLiveGenerations(dataSource.manager)) {
      // One generation that cannot be tended must not hold up the others.
      await this.tend(generation, now).catch((error: unknown) => {
        this.log('warn', 'a generation could not be tended', { ...addressOf(generation), error });
      });
    }
    const canceled = await dataSource.transaction((manager) => cancelWaitingRuns(manager));
    for (const runId of canceled) this.log('info', 'run canceled while it waited', { runId });
    const removal = await dataSource.transaction((manager) => removeDeletedModels(manager, now));
    if (removal !== null) this.log('info', 'files of deleted models are removed', { taskId: removal });
    await this.admit(now);
    await this.forget(now);
  }

  private async tend(generation: LiveGeneration, now: Date): Promise<void> {
    const { runId } = generation;
    const unclaimed = generation.ranks.filter(({ workerId, outcome }) => workerId === null && outcome === null);
    if (unclaimed.length > 0 && generation.state === 'admitted') await this.ensureJobs(generation, unclaimed);
    const open = generation.state === 'ending' ? await this.takeBackJobs(generation, unclaimed, now) : new Set<number>();
    const sight: RankSight = {
      isLost: ({ rank, workerId }) =>
        workerId !== null && this.watch.isLost({ runId, generation: generation.generation, rank }, workerId),
      isJobOpen: ({ rank }) => open.has(rank),
    };
    const decision = decideGeneration(generation, sight, now);
    if (decision.kind === 'over') {
      const isNew = await this.deps.dataSource.transaction((manager) =>
        endGeneration(manager, runId, generation.generation, decision.verdict),
      );
      // Whoever still runs for it (a worker that was cut off) must stop.
      await this.command(generation, { command: 'abort', reason: 'the generation is over' });
      if (isNew) {
        const { status, reason } = decision.verdict;
        this.log('info', 'generation over', { runId, generation: generation.generation, status, reason });
      }
      this.loop.wake();
      return;
    }
    if (decision.kind === 'ending' && generation.state !== 'ending') {
      await beginEnding(this.deps.dataSource.manager, {
        runId,
        generation: generation.generation,
        reason: decision.reason,
        at: now,
      });
      this.log('info', 'generation ends', { runId, generation: generation.generation, reason: decision.reason });
      this.loop.wake();
    }
    if (decision.command) await this.command(generation, decision.command);
  }

  /** Adds the jobs that are not there: the last holder of the lease may have died before, or Redis lost them. */
  private async ensureJobs(generation: LiveGeneration, unclaimed: readonly LiveRank[]): Promise<void> {
    const { rankQueue } = this.deps;
    const key = keyOf(generation);
    if (this.clock() - (this.readded.get(key) ?? -Infinity) < this.timing.readdMs) return;
    this.readded.set(key, this.clock());
    const missing: number[] = [];
    for (const { rank } of unclaimed) {
      if ((await rankQueue.state(rankJobId({ ...addressOf(generation), rank }))) === 'unknown') missing.push(rank);
    }
    if (missing.length > 0) await this.addJobs(generation.runId, generation.generation, missing);
  }

  private async addJobs(runId: string, generation: number, ranks: readonly number[] | null): Promise<void> {
    const { dataSource, rankQueue } = this.deps;
    const start = await getGenerationStart(dataSource.manager, runId, generation);
    if (start === null) return;
    const { worldSize } = start;
    const jobs = (ranks ?? Array.from({ length: worldSize }, (_, rank) => rank)).map((rank) => {
      const data = toRankJob(start, { runId, generation, rank, worldSize, rendezvousTimeoutMs: RENDEZVOUS_MS });
      // Images of people do not stay in Redis.
      return { id: rankJobId(data), data, isForgotten: data.kind === 'embedding' };
    });
    await rankQueue.add(jobs);
  }

  /** Jobs of an ending generation that no worker has begun go out of the queue. @returns ranks whose job may still begin */
  private async takeBackJobs(generation: LiveGeneration, unclaimed: readonly LiveRank[], now: Date): Promise<Set<number>> {
    const { rankQueue } = this.deps;
    const open = new Set<number>();
    const isLate = now.getTime() - (generation.endingAt?.getTime() ?? 0) > this.timing.openJobMs;
    for (const { rank } of unclaimed) {
      const id = rankJobId({ ...addressOf(generation), rank });
      await rankQueue.remove([id]);
      if (!isLate && !['unknown', 'completed', 'failed'].includes(await rankQueue.state(id))) open.add(rank);
    }
    return open;
  }

  private async admit(now: Date): Promise<void> {
    const { dataSource, redis } = this.deps;
    const takers = this.watch.alive.filter(({ draining }) => !draining);
    const reserved = await listReservedSlots(dataSource.manager);
    // A slot that a leaving worker holds is none of those that are offered.
    const taken = reserved.filter((workerId) => workerId === null || takers.some((taker) => taker.workerId === workerId));
    const total = takers.reduce((sum, { slots }) => sum + slots, 0);
    const slots = { free: Math.max(0, total - taken.length), total };
    const queued = await findQueuedRuns(dataSource.manager, now, windowsOf(slots));
    const plan = planAdmissions(queued, slots, now);
    let { free } = slots;
    let reservedRanks = reserved.length;
    for (const { runId, worldSize } of plan.admit) {
      const claimUntil = new Date(now.getTime() + this.timing.claimMs);
      const generation = await dataSource.transaction((manager) => admitRun(manager, runId, { worldSize, claimUntil }));
      if (generation === null) continue;
      reservedRanks += worldSize;
      free -= worldSize;
      this.log('info', 'run admitted', { runId, generation, worldSize });
      await this.addJobs(runId, generation, null);
    }
    await writeDemand(redis, { reservedRanks, waitingGangs: [...plan.waiting], at: new Date().toISOString() });
    const waits = new Set(plan.waiting.map(({ runId }) => runId));
    const since = queued.flatMap(({ runId, waitingSince }) => (waits.has(runId) ? waitingSince.getTime() : []));
    await this.tell(
      {
        totalSlots: total,
        freeSlots: Math.max(0, free),
        reservedRanks,
        waiting: plan.waiting,
        waitingSince: since.length > 0 ? new Date(Math.min(...since)) : null,
      },
      now,
    );
  }

  /** For who looks: how many slots there are and who waits for them. */
  private async tell(status: FleetStatus, now: Date): Promise<void> {
    const text = JSON.stringify(status);
    if (text === this.status.text && this.clock() - this.status.at < STATUS_MS) return;
    await writeFleetStatus(this.deps.dataSource.manager, status, now);
    this.status = { text, at: this.clock() };
  }

  private async command(generation: LiveGeneration, command: GenerationCommand): Promise<void> {
    const key = keyOf(generation);
    const known = this.commands.get(key);
    const text = JSON.stringify(command);
    if (known?.text === text && this.clock() - known.at < RESERVATION_MS) return;
    await writeCommand(this.deps.redis, addressOf(generation), command);
    this.commands.set(key, { text, at: this.clock() });
  }

  /** Memory of generations that are long over goes, and so do requests for embeddings whose time is up, in the queue or after their end. */
  private async forget(now: Date): Promise<void> {
    if (this.clock() - this.forgottenAt >= FORGET_MS) {
      this.forgottenAt = this.clock();
      const { dataSource } = this.deps;
      const stale = await dataSource.transaction((manager) => cancelStaleEmbeddings(manager, now));
      for (const runId of stale) this.log('info', 'request canceled, no slot was free for it', { runId });
      await forgetEmbeddings(dataSource.manager, now);
      await forgetWorkers(dataSource.manager, new Date(now.getTime() - GONE_WORKERS_MS));
      await foldCounts(dataSource.manager);
    }
    const old = this.clock() - 10 * RESERVATION_MS;
    for (const [key, { at }] of this.commands) if (at < old) this.commands.delete(key);
    for (const [key, at] of this.readded) if (at < old) this.readded.delete(key);
  }

  private log(level: 'info' | 'warn', message: string, fields: Record<string, unknown>): void {
    this.deps.observer.log(level, message, fields);
  }
}

function toRankJob(start: GenerationStart, address: Omit<EvaluationJob, 'kind' | 'config'>): RankJob {
  switch (start.kind) {
    case 'training':
      return { ...address, kind: start.kind, config: start.config, resumeFrom: start.resumeFrom };
    case 'evaluation':
      return { ...address, kind: start.kind, config: start.config };
    case 'embedding':
      return { ...address, kind: start.kind, config: start.config };
    case 'task':
      return { ...address, kind: start.kind, config: start.config };
  }
}

const addressOf = ({ runId, generation }: LiveGeneration): { runId: string; generation: number } => ({ runId, generation });
const keyOf = ({ runId, generation }: LiveGeneration): string => `${runId}/${generation}`;
