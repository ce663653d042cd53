import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { isTransitionReason, TRANSITION_REASONS } from './transition-reasons.js';

const text = readFileSync(new URL('../../../../docs/api.md', import.meta.url), 'utf8');
const section = text.split('### Why a run changed its state')[1]?.split(/^## /m)[0] ?? '';
const rows = [...section.matchAll(/^\| `(\w+)` \| (.+) \| (.+) \|$/gm)].map(([, reason, statuses, meaning]) => ({
  reason,
  statuses: [...(statuses ?? '').matchAll(/`(\w+)`/g)].map(([, status]) => status),
  meaning,
}));

describe('docs/api.md', () => {
  it('has every reason of a transition, with its states and its meaning, and no other', () => {
    const table = Object.entries(TRANSITION_REASONS).map(([reason, facts]) => ({
      reason,
      ...facts,
      statuses: [...facts.statuses],
    }));
    expect(rows).toEqual(table);
  });
});

describe('a reason', () => {
  it('is one of the table or the code of an error', () => {
    expect(['created', 'peer_lost', 'restarts_exhausted'].every(isTransitionReason)).toBe(true);
    expect(['', 'because', 'toString'].some(isTransitionReason)).toBe(false);
  });
});
