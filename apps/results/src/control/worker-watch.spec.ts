import type { WorkerRecord } from '#contracts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SILENCE, WorkerWatch } from './worker-watch.js';

const address = { runId: 'r', generation: 1, rank: 0 };
const BEAT_MS = 1_000;

/** A watch with a clock that moves by hand and one worker. */
class Scene {
  now = 0;
  private beats = 0;
  readonly watch = new WorkerWatch(0);

  /** One look; `beats`: the worker's record is a new one, `present`: Redis has it, `holds`: it names the rank. */
  look(ms: number, { beats = true, present = true, holds = true } = {}): void {
    this.now += ms;
    if (beats) this.beats += 1;
    const record: WorkerRecord = {
      workerId: 'w',
      host: 'h',
      pid: 1,
      version: '0',
      engine: 'auto',
      slots: 1,
      busy: holds ? [{ ...address, slot: 0, phase: 'training', step: 1, trainerPid: 1 }] : [],
      draining: false,
      startedAt: new Date(0).toISOString(),
      at: new Date(this.beats).toISOString(),
    };
    this.watch.look(present ? [record] : [], this.now);
  }

  for(ms: number, how: Parameters<Scene['look']>[1] = {}): void {
    for (let passed = 0; passed < ms; passed += BEAT_MS) this.look(BEAT_MS, how);
  }

  get isLost(): boolean {
    return this.watch.isLost(address, 'w');
  }

  get isAlive(): boolean {
    return this.watch.alive.length === 1;
  }
}

describe('WorkerWatch', () => {
  it('knows a worker that beats, for as long as it likes', () => {
    const scene = new Scene();
    scene.for(60_000);
    expect([scene.isAlive, scene.isLost]).toEqual([true, false]);
  });

  it.each([{ present: true }, { present: false }])('counts a worker as gone after its silence, not before (%j)', (how) => {
    const scene = new Scene();
    scene.for(5_000);
    scene.for(SILENCE.workerMs, { beats: false, ...how });
    expect(scene.isLost).toBe(false);
    scene.look(1, { beats: false, ...how });
    expect([scene.isAlive, scene.isLost]).toEqual([false, true]);
  });

  it('takes a worker back that comes again, and its ranks while it still has them', () => {
    const scene = new Scene();
    scene.for(5_000);
    scene.for(9_000, { beats: false });
    expect(scene.isLost).toBe(true);
    scene.look(BEAT_MS);
    expect([scene.isAlive, scene.isLost]).toEqual([true, false]);
  });

  it('never loses a worker that stammers, each time within the silence', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: SILENCE.workerMs / BEAT_MS - 1 }), { maxLength: 30 }), (gaps) => {
        const scene = new Scene();
        scene.look(BEAT_MS);
        for (const gap of gaps) {
          scene.for(gap * BEAT_MS, { beats: false });
          scene.look(BEAT_MS);
          expect([scene.isAlive, scene.isLost]).toEqual([true, false]);
        }
      }),
    );
  });

  it('sees that a living worker has dropped a rank', () => {
    const scene = new Scene();
    scene.for(5_000);
    scene.for(SILENCE.rankMs, { holds: false });
    expect(scene.isLost).toBe(false);
    scene.look(BEAT_MS, { holds: false });
    expect([scene.isAlive, scene.isLost]).toEqual([true, true]);
  });

  it('gives everybody the time back in which it could not look, but for 2 s', () => {
    const scene = new Scene();
    scene.for(5_000);
    scene.for(4_000, { beats: false });
    scene.look(3_600_000, { beats: false });
    expect([scene.isAlive, scene.isLost]).toEqual([true, false]);
    scene.for(2_000, { beats: false });
    expect(scene.isLost).toBe(false);
    scene.look(1, { beats: false });
    expect([scene.isAlive, scene.isLost]).toEqual([false, true]);
  });

  it.each([{ present: true }, { present: false }])(
    'loses who is gone after a few looks, however slow each of them is (%j)',
    (how) => {
      fc.assert(
        fc.property(fc.array(fc.integer({ min: 3_001, max: 600_000 }), { minLength: 5, maxLength: 5 }), (gaps) => {
          const scene = new Scene();
          scene.for(5_000);
          for (const gap of gaps) scene.look(gap, { beats: false, ...how });
          expect([scene.isAlive, scene.isLost]).toEqual([false, true]);
        }),
      );
    },
  );

  it('keeps who beats, however slow each look is', () => {
    const scene = new Scene();
    scene.look(BEAT_MS);
    for (let looks = 0; looks < 20; looks++) {
      scene.look(30_000);
      expect([scene.isAlive, scene.isLost]).toEqual([true, false]);
    }
  });

  it('gives a rank that it has never heard of the whole silence', () => {
    const scene = new Scene();
    scene.look(1, { present: false });
    expect(scene.isLost).toBe(false);
    scene.for(SILENCE.workerMs, { present: false });
    expect(scene.isLost).toBe(false);
    scene.look(1, { present: false });
    expect(scene.isLost).toBe(true);
  });

  it('holds a rank against the worker that claimed it only', () => {
    const scene = new Scene();
    scene.for(20_000);
    expect(scene.watch.isLost(address, 'other')).toBe(false);
    scene.for(SILENCE.workerMs + BEAT_MS);
    expect([scene.watch.isLost(address, 'other'), scene.isLost]).toEqual([true, false]);
  });
});
