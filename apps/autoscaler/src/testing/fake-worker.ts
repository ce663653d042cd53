import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { beat, createRedis, leave } from '#queue';

/** Registers, beats and retires as a worker does, and holds as many ranks as `FAKE_WORKER_BUSY` says; trains nothing. */
if (process.env['FAKE_WORKER_FAILS']) {
  console.error(process.env['FAKE_WORKER_FAILS']);
  process.exit(3);
}
const redis = createRedis(process.env['REDIS_URL'] ?? '', 'fail-fast');
redis.on('error', () => undefined);
const workerId = `fake-${process.pid}-${randomUUID().slice(0, 8)}`;
const startedAt = new Date().toISOString();
const slots = Number(process.env['ARCFLEET_SLOTS']);
const busyUntil = Date.now() + Number(process.env['FAKE_WORKER_BUSY_MS'] ?? 0);

let isLeaving = false;
async function end(): Promise<void> {
  if (isLeaving) return;
  isLeaving = true;
  await leave(redis, workerId).catch(() => undefined);
  process.exit(0);
}
process.on('SIGTERM', () => void end());
if (process.env['ARCFLEET_LIFELINE'] === '1') process.stdin.on('end', () => void end()).resume();

setInterval(() => {
  if (isLeaving) return;
  const isBusy = Date.now() < busyUntil;
  const busy = isBusy ? [{ runId: 'r', generation: 1, rank: 0, slot: 0, phase: 'training', step: 1, trainerPid: null }] : [];
  const record = { workerId, host: hostname(), pid: process.pid, version: '0', engine: 'auto' as const, slots, busy };
  beat(redis, { ...record, draining: false, startedAt, at: new Date().toISOString() }).then(
    ({ retire }) => (retire && !isBusy ? end() : undefined),
    () => undefined,
  );
}, 50);
