import { describe, expect, it } from 'vitest';
import { ProgressMeter } from './progress-meter.js';

describe('ProgressMeter', () => {
  it('measures speed and time left over the last seconds', () => {
    let now = 0;
    const meter = new ProgressMeter(64, () => now);
    expect(meter.update(1, 101, 5)).toMatchObject({ step: 1, loss: 5, samplesPerSecond: null, etaSeconds: null });
    now = 2_000;
    expect(meter.update(11, 101, 4)).toMatchObject({ samplesPerSecond: 320, etaSeconds: 18 });
    expect(meter.update(11, 101, 4)).toBeNull();
  });

  it('begins anew when a restart goes back', () => {
    let now = 0;
    const meter = new ProgressMeter(64, () => now);
    meter.update(50, 100, 1);
    now = 1_000;
    expect(meter.update(40, 100, 1)).toMatchObject({ step: 40, samplesPerSecond: null });
    now = 2_000;
    expect(meter.update(50, 100, 1)).toMatchObject({ samplesPerSecond: 640, etaSeconds: 5 });
  });
});
