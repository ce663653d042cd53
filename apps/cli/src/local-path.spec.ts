import { tmpdir } from 'node:os';
import { describe, expect, it } from 'vitest';
import { findImages } from './evaluate/find-images.js';
import { localPath } from './local-path.js';
import { findPretrained } from './train/pretrained.js';

describe('localPath', () => {
  it('is absolute', () => {
    expect(localPath('/here', 'models/y1,1', 'a model')).toBe('/here/models/y1,1');
    expect(localPath('/here', '/there', 'a model')).toBe('/there');
  });

  it('refuses an s3:// address, also where images and models are found', async () => {
    const refusal = { code: 'config_invalid', message: expect.stringMatching(/^s3:\/\/b\/.* not read from/) as string };
    expect(() => localPath('/here', 's3://b/model', 'a model')).toThrowError(expect.objectContaining(refusal));
    for (const image of ['s3://b/a.jpg', 's3://b/lfw.bin']) {
      await expect(findImages([image], tmpdir())).rejects.toMatchObject(refusal);
    }
    await expect(findPretrained('s3://b/model,1', { workingFolder: tmpdir() })).rejects.toMatchObject(refusal);
  });
});
