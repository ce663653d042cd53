import { describe, expect, it } from 'vitest';
import { remoteAccess } from '../remote-access.js';
import { evaluationTargetSchema, modelReferenceSchema, resolvedModelSchema } from '../evaluation/evaluation-config.js';
import { datasetSchema, pretrainedSchema, workerFile, workerPath } from './data.js';

describe('workerPath', () => {
  it.each(['/data/faces', 's3://faces', 's3://my.bucket-1/a/b c'])('takes %s', (path) => {
    expect(workerPath.parse(path)).toBe(path);
  });

  it.each(['', 'data', './x', 's3:/x/y', 's3://', 's3://UPPER/x', 's3://a', 'http://x/y', '/a\0b'])('refuses %j', (path) => {
    expect(workerPath.safeParse(path).success).toBe(false);
  });
});

describe('workerFile', () => {
  it('takes an absolute path and no other', () => {
    expect(workerFile.parse('/models/y1')).toBe('/models/y1');
    for (const path of ['', 'models', 's3://models/y1', '/a\0b']) expect(workerFile.safeParse(path).success).toBe(false);
  });

  it('is what models and templates are', () => {
    const remote = 's3://bucket/x';
    expect(modelReferenceSchema.safeParse({ path: remote }).success).toBe(false);
    expect(resolvedModelSchema.safeParse({ id: null, path: remote }).success).toBe(false);
    expect(resolvedModelSchema.safeParse({ id: null, path: 'runs/run_1/model/g1-s2' }).success).toBe(true);
    expect(pretrainedSchema.safeParse({ path: remote }).success).toBe(false);
    const target = { name: 'set', path: remote };
    expect(evaluationTargetSchema.safeParse({ ...target, protocol: 'templates' }).success).toBe(false);
    expect(evaluationTargetSchema.safeParse({ ...target, protocol: 'verification' }).success).toBe(true);
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
