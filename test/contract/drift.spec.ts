import { describe, expect, it } from 'vitest';
import { findStale } from './generate.js';

describe('the committed contract', () => {
  it('is the one of the code: `npm run openapi` makes it anew', async () => {
    expect(await findStale()).toEqual([]);
  });
});
