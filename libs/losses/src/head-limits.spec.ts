import { HEAD_LIMITS } from '#contracts';
import { expect, it } from 'vitest';
import { DEFAULT_CHUNK_SIZE, DEFAULT_KEPT_LOGITS_BYTES } from './margin-head.js';

it('the limits by which memory is estimated are those of the head', () => {
  expect(HEAD_LIMITS).toEqual({ chunkRows: DEFAULT_CHUNK_SIZE, keptLogitsBytes: DEFAULT_KEPT_LOGITS_BYTES });
});
