import { randomUUID } from 'node:crypto';
import { controlKeys, silentObserver, type LogBatch, type LogLine } from '#contracts';
import { appendRunLogs, createDataSource, readRunLogs } from '#persistence';
import { appendLogs, readLogs } from '#queue';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ResultsScene, until } from '../testing/results-scene.js';
import { LogLoop, type LogLoopDeps } from './log-loop.js';

let scene: ResultsScene;
let runId: string;
const loops: LogLoop[] = [];

beforeAll(async () => {
  scene = await ResultsScene.open();
});
beforeEach(async () => {
  await scene.reset();
  runId = await scene.submit();
});
afterEach(async () => {
  await Promise.all(loops.splice(0).map((loop) => loop.stop()));
  await scene.leave();
});
afterAll(() => scene?.close());

function start(overrides: Partial<LogLoopDeps> = {}): LogLoop {
  const settings = { maxBytes: 1e6, keptMs: 3_600_000 };
  const loop = new LogLoop({ dataSource: scene.source, redis: scene.redis, observer: silentObserver, settings, ...overrides });
  loops.push(loop);
  loop.start();
  return loop;
}

function aBatch(lines: readonly number[], overrides: Partial<LogBatch> = {}): LogBatch {
  const at = new Date().toISOString();
  return {
    runId,
    generation: 1,
    rank: 0,
    workerId: 'w',
    ...overrides,
    lines: lines.map((line) => ({ line, at, level: 'info', message: `line ${line}` })),
  };
}

async function log(id = runId): Promise<LogLine[]> {
  return (await readRunLogs(scene.source.manager, id, { order: 'oldest', after: null, limit: 10_000 })).lines;
}
const messages = async (): Promise<string[]> => (await log()).map(({ message }) => message);
const untilEmpty = (): Promise<true> => until('an empty stream', async () => (await scene.redis.xlen(controlKeys.logs)) === 0);

describe('lines of a log', () => {
  it('are stored in order, those of two processes of results once', async () => {
    await Promise.all([scene.startResults(), scene.startResults()]);
    for (let batch = 0; batch < 30; batch += 1) {
      await appendLogs(
        scene.redis,
        [0, 1].map((rank) => aBatch([2 * batch, 2 * batch + 1], { rank, workerId: `w${rank}` })),
      );
    }
    await until('all lines', async () => (await log()).length === 120);
    const lines = await log();
    for (const rank of [0, 1]) {
      const own = lines.filter((line) => line.rank === rank).map(({ message }) => message);
      expect(own).toEqual(Array.from({ length: 60 }, (_, line) => `line ${line}`));
    }
    expect(lines.map(({ seq }) => seq)).toEqual(lines.map((_, index) => index + 1));
  });

  it('that were stored, but not taken from the stream before results died, are not stored again', async () => {
    await appendLogs(scene.redis, [aBatch([0, 1])]);
    const batches = (await readLogs(scene.redis, 10)).map(({ batch }) => batch!);
    await scene.source.transaction((manager) => appendRunLogs(manager, runId, batches, { maxBytes: 1e6 }));
    start();
    await appendLogs(scene.redis, [aBatch([2])]);
    await untilEmpty();
    expect(await messages()).toEqual(['line 0', 'line 1', 'line 2']);
  });

  it('wait in the stream while Postgres is away', async () => {
    const broken = await createDataSource(scene.database.url).initialize();
    await broken.destroy();
    let failures = 0;
    const loop = start({ dataSource: broken, observer: { log: () => (failures += 1) } });
    await appendLogs(scene.redis, [aBatch([0])]);
    await until('a failure', async () => failures > 0);
    await loop.stop();
    expect(await scene.redis.xlen(controlKeys.logs)).toBe(1);
    start();
    await untilEmpty();
    expect(await messages()).toEqual(['line 0']);
  });

  it('that Redis lost are said to be missing', async () => {
    start();
    await appendLogs(scene.redis, [aBatch([0])]);
    await untilEmpty();
    await appendLogs(scene.redis, [aBatch([4])]);
    await untilEmpty();
    expect(await messages()).toEqual(['line 0', expect.stringMatching(/^log_lines_lost: 3 lines/), 'line 4']);
  });

  it('of a run that does not exist, and what is no line at all, hold up nobody', async () => {
    const warnings: string[] = [];
    start({ observer: { log: (_, message) => warnings.push(message) } });
    await scene.redis.xadd(controlKeys.logs, '*', 'batch', 'nonsense');
    await appendLogs(scene.redis, [aBatch([0], { runId: `run_${randomUUID()}` }), aBatch([0], { runId: 'a\0b' }), aBatch([0])]);
    await untilEmpty();
    expect(await messages()).toEqual(['line 0']);
    expect(warnings).toHaveLength(2);
  });
});

describe('logs', () => {
  it('go with their run', async () => {
    start();
    await appendLogs(scene.redis, [aBatch([0])]);
    await untilEmpty();
    expect(await log()).toHaveLength(1);
    await scene.source.query('delete from runs where id = $1', [runId]);
    expect(await log()).toEqual([]);
  });

  it('of runs that ended long ago go, those of others stay', async () => {
    const ids = await Promise.all(Array.from({ length: 8 }, () => scene.submit()));
    const [running, recent] = ids as [string, string];
    for (const id of ids) {
      const now = new Date(0);
      await scene.source.transaction((manager) =>
        appendRunLogs(manager, id, [aBatch([0], { runId: id })], { maxBytes: 1e6, now }),
      );
    }
    await scene.source.query(`update runs set finished_at = '2001-01-01' where id = any($1)`, [ids]);
    await scene.source.query(`update runs set finished_at = null where id = $1`, [running]);
    await scene.source.query(`update runs set finished_at = now() where id = $1`, [recent]);
    start();
    await until('the old ones are gone', async () => {
      const rows: unknown[] = await scene.source.query('select distinct run_id from run_logs');
      return rows.length === 2;
    });
    expect(await log(running)).toHaveLength(1);
    expect(await log(recent)).toHaveLength(1);
  });
});
