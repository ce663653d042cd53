import { describe, expect, it } from 'vitest';
import { remoteAccess } from '../remote-access.js';
import { datasetSchema, workerPath } from './data.js';

describe('workerPath', () => {
  it.each(['/data/faces', 's3://faces', 's3://my.bucket-1/a/b c'])('takes %s', (path) => {
    expect(workerPath.parse(path)).toBe(path);
  });

  it.each(['', 'data', './x', 's3:/x/y', 's3://', 's3://UPPER/x', 's3://a', 'http://x/y', '/a\0b'])('refuses %j', (path) => {
    expect(workerPath.safeParse(path).success).toBe(false);
  });
});

describe('datasetSchema', () => {
  it('takes a folder of images with its size', () => {
    const dataset = { kind: 'image_folder', path: 's3://faces/raw', height: 128, width: 96 };
    expect(datasetSchema.parse(dataset)).toMatchObject({ ...dataset, mirror: true });
  });
});

describe('remoteAccess', () => {
  it.each([
    [{ ARCFLEET_CACHE: '/c' }, { cacheFolder: '/c/data' }],
    [{ ARCFLEET_CACHE: '/c', ARCFLEET_DATA_CACHE: '/d' }, { cacheFolder: '/d' }],
    [
      { XDG_CACHE_HOME: '/x', ARCFLEET_DATA_CACHE_GB: '1.5' },
      { cacheFolder: '/x/arcfleet/data', cacheBytes: 1.5 * 2 ** 30 },
    ],
    [
      { ARCFLEET_CACHE: '/c', AWS_ENDPOINT_URL: 'http://a', AWS_ENDPOINT_URL_S3: 'http://b' },
      { cacheFolder: '/c/data', endpoint: 'http://b' },
    ],
  ])('is read from %j', (env, access) => {
    expect(remoteAccess(env)).toEqual(access);
  });
});
