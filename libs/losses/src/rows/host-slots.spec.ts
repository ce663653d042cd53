import { describe, expect, it } from 'vitest';
import { BufferPool } from './buffer-pool.js';
import type { RowSlot } from './head-slots.js';
import { HostSlots } from './host-slots.js';

const filled: RowSlot = {
  name: 'centers',
  width: 3,
  rowsPerClass: 1,
  fill: (label, values) => values.fill(label),
};
const zeros: RowSlot = { name: 'velocity', width: 2, rowsPerClass: 1 };

describe('slots in the host memory', () => {
  // More than two blocks.
  const [classStart, numClasses] = [1000, 20_000];

  it('start as the slot says, by global class', () => {
    const host = new HostSlots([filled, zeros], classStart, numClasses);
    for (const local of [0, 8191, 8192, 19_999]) {
      expect([...host.row(filled, local)]).toEqual(new Array(3).fill(classStart + local));
      expect([...host.row(zeros, local)]).toEqual([0, 0]);
    }
    expect([...host.ranges()].reduce((sum, [, size]) => sum + size, 0)).toBe(numClasses);
  });

  it('give and take single classes of any block, and leave the others alone', () => {
    const host = new HostSlots([filled, zeros], classStart, numClasses);
    const classes = Int32Array.of(3, 8191, 8192, 16_384, 19_999);
    const values = new Float32Array(15);
    host.gather(filled, classes, values);
    expect([...values]).toEqual([...classes].flatMap((local) => new Array<number>(3).fill(classStart + local)));
    host.scatter(
      zeros,
      classes,
      Float32Array.from({ length: 10 }, (_, at) => at + 1),
    );
    let sum = 0;
    for (const [start, size] of host.ranges()) for (const value of host.range(zeros, start, size)) sum += value;
    expect(sum).toBe(55);
    expect([...host.row(zeros, 8192)]).toEqual([5, 6]);
  });

  it('give a range as the memory itself, or as a copy where it crosses blocks', () => {
    const host = new HostSlots([filled, zeros], classStart, numClasses);
    host.range(zeros, 8190, 2).fill(7);
    expect([...host.range(zeros, 8189, 4)]).toEqual([0, 0, 7, 7, 7, 7, 0, 0]);
    host.range(zeros, 8189, 4).fill(9);
    expect([...host.row(zeros, 8190)]).toEqual([7, 7]);
    expect(host.range(filled, 0, 0).length).toBe(0);
    expect(new HostSlots([filled], 0, 0).range(filled, 0, 0).length).toBe(0);
  });
});

describe('a pool of buffers', () => {
  it('lends an array to one at a time and uses it again', () => {
    const pool = new BufferPool();
    const [a, b] = [pool.take(10), pool.take(10)];
    expect(a.buffer).not.toBe(b.buffer);
    pool.give(a);
    const shorter = pool.take(4);
    expect(shorter.length).toBe(4);
    expect(shorter.buffer).toBe(a.buffer);
    pool.give(shorter);
    expect(pool.take(10).buffer).toBe(a.buffer);
    expect(pool.take(11).length).toBe(11);
  });
});
