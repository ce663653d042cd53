import { describe, expect, it } from 'vitest';
import { createRunSchema, runConfigSchema } from '../run-config/run-config.js';
import { describeRecipe, recipeSchema, type Recipe } from './recipe.js';
import { createRunBodySchema } from './recipe-run.js';
import { findRecipe, RECIPES } from './registry.js';

const all = [...RECIPES.values()];
const AT_FACES = { dataset: { path: '/data/faces' } };

const issuesOf = (body: unknown): Record<string, string> => {
  const { error } = createRunBodySchema.safeParse(body);
  return Object.fromEntries(error?.issues.map(({ path, message }) => [`/${path.join('/')}`, message]) ?? []);
};

describe('every recipe', () => {
  it('has a name of its own, in words that fit a URL', () => {
    expect(RECIPES.size).toBe(all.length);
    for (const { name } of all) expect(name).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/);
  });

  it.each(all.map((recipe): [string, Recipe] => [recipe.name, recipe]))('%s is complete', (_name, recipe) => {
    const view = recipeSchema.parse(describeRecipe(recipe));
    const config = runConfigSchema.parse({ ...recipe.config, ...AT_FACES });
    expect(view.config).toMatchObject({ network: config.network, loss: config.loss, batch: config.batch });
    // It ends, aims at something that somebody published, and says where.
    expect(config.maxSteps ?? config.epochs).toBeGreaterThan(0);
    expect(view.published.length).toBeGreaterThan(0);
    expect(view.source.title).not.toBe('');
    expect(view.requires).toContain('dataset.path');
    expect(recipe.dataset.numImages).toBeGreaterThan(config.batch.globalBatchSize);
    // A percentage typed as a share, or two digits swapped into nonsense.
    for (const { value } of view.published) expect(value).toBeGreaterThan(10);
    for (const { value } of view.published) expect(value).toBeLessThan(100);
  });
});

describe('batch norm groups of a recipe', () => {
  const groupOf = (overrides: object) => {
    const body = { recipe: 'ms1mv3-r50', overrides: { ...AT_FACES, ...overrides } };
    const { webhooks: _, ...config } = createRunBodySchema.parse(body);
    return runConfigSchema.parse(config).batch.bnGroupSize;
  };

  it('stay what they are at another number of ranks or another batch, where they fit', () => {
    expect(groupOf({})).toBe(128);
    expect(groupOf({ ranks: { max: 4 } })).toBe(128);
    expect(groupOf({ ranks: { max: 1 } })).toBe(128);
    expect(groupOf({ batch: { globalBatchSize: 2048 } })).toBe(128);
    expect(groupOf({ ranks: { max: 4 }, batch: { accumulationSteps: 2 } })).toBe(128);
  });

  it('are the share of a rank where they do not fit, or where that is asked for', () => {
    expect(groupOf({ ranks: { max: 16 } })).toBe(64);
    expect(groupOf({ batch: { globalBatchSize: 64 }, ranks: { max: 2 } })).toBe(32);
    expect(groupOf({ ranks: { max: 4 }, batch: { bnGroupSize: null } })).toBe(256);
    expect(groupOf({ ranks: { max: 4 }, batch: { bnGroupSize: 64 } })).toBe(64);
  });
});

describe("InsightFace's four commands", () => {
  it('are what train.py makes of them on four GPUs', () => {
    const config = (name: string) => describeRecipe(findRecipe(name)).config;
    expect(config('r100-arcface-emore')).toMatchObject({
      network: { name: 'r100', embeddingSize: 512, output: 'E' },
      loss: { name: 'arcface', scale: 64, margin: 0.5 },
      optimizer: { name: 'sgd', learningRate: 0.1, momentum: 0.9, weightDecay: 5e-4 },
      batch: { globalBatchSize: 512, bnGroupSize: 128 },
      ranks: { min: 4, max: 4 },
    });
    expect(config('r50-cosface-emore')).toMatchObject({ network: { name: 'r50' }, loss: { name: 'cosface', margin: 0.35 } });
    expect(config('y1-softmax-emore')).toMatchObject({ network: { name: 'y1', embeddingSize: 128 }, loss: { name: 'softmax' } });
    expect(config('y1-triplet-emore')).toMatchObject({
      network: { name: 'y1' },
      loss: { name: 'triplet', margin: 0.3, imagesPerIdentity: 5, bagSize: 7200 },
      optimizer: { learningRate: 0.005 },
      batch: { globalBatchSize: 240, bnGroupSize: 60 },
    });
  });
});

describe("arcface_torch's files", () => {
  // Checked against configs/*.py of commit 7fadd420: network, m3 or m2, rate, lr, images per GPU x GPUs, epochs, warm-up, decay.
  it.each([
    ['ms1mv3-r50', 'r50', 0.5, 1, 0.1, [128, 8], 20, 0, 5e-4],
    ['ms1mv3-mbf', 'mbf', 0.5, 1, 0.1, [128, 8], 40, 0, 1e-4],
    ['ms1mv3-r50-onegpu', 'r50', 0.5, 1, 0.02, [128, 1], 20, 0, 5e-4],
    ['glint360k-r100', 'r100', 0.4, 1, 0.1, [128, 8], 20, 0, 1e-4],
    ['wf12m-pfc02-r100', 'r100', 0.4, 0.2, 0.1, [128, 8], 20, 0, 5e-4],
    ['wf42m-pfc02-16gpus-r100', 'r100', 0.4, 0.2, 0.3, [256, 16], 20, 1, 5e-4],
    ['wf42m-pfc02-16gpus-r50-bs8k', 'r50', 0.4, 0.2, 0.6, [512, 16], 20, 4, 5e-4],
    ['wf42m-pfc03-32gpus-r200', 'r200', 0.4, 0.3, 0.4, [128, 32], 20, 2, 5e-4],
    ['wf42m-pfc0-32gpus-r100', 'r100', 0.4, 0, 0.4, [512, 32], 20, 2, 5e-4],
  ] as const)('%s', (name, network, margin, rate, learningRate, [batch, gpus], epochs, warmupEpochs, weightDecay) => {
    expect(describeRecipe(findRecipe(name)).config).toMatchObject({
      network: { name: network, dropout: 0 },
      loss: { scale: 64, margin },
      classSampling: rate === 1 ? { name: 'none' } : { name: 'random', rate },
      optimizer: { name: 'sgd', learningRate, momentum: 0.9, weightDecay, clipNorm: 5 },
      schedule: { name: 'polynomial', power: 1, warmupEpochs },
      batch: { globalBatchSize: batch * gpus, bnGroupSize: batch },
      epochs,
      ranks: { max: gpus },
    });
  });
});

describe('a run of a recipe', () => {
  it('is the recipe with overrides, and remembers it in a label', () => {
    const body = {
      recipe: 'ms1mv3-r50',
      overrides: { ...AT_FACES, batch: { globalBatchSize: 64 }, ranks: { max: 2 }, labels: { team: 'a' } },
    };
    const { webhooks, ...run } = createRunBodySchema.parse(body);
    const { config } = findRecipe('ms1mv3-r50');
    const { webhooks: _, ...expected } = createRunSchema.parse({ ...config, ...body.overrides });
    expect(run).toEqual({ ...expected, labels: { team: 'a', recipe: 'ms1mv3-r50' } });
    expect(webhooks).toEqual([]);
  });

  it('may be named as arcface_torch names its files', () => {
    expect(createRunBodySchema.parse({ recipe: 'ms1mv3_r50', overrides: AT_FACES }).labels).toEqual({ recipe: 'ms1mv3-r50' });
  });

  it('takes fewer ranks or a smaller batch without more ado', () => {
    for (const { name } of all) {
      const overrides = {
        ...AT_FACES,
        pretrained: { path: '/models/y1' },
        batch: { globalBatchSize: 48 },
        ranks: { max: 2 },
        maxSteps: 10,
      };
      expect(issuesOf({ recipe: name, overrides }), name).toEqual({});
    }
  });

  it('says what it cannot know', () => {
    expect(issuesOf({ recipe: 'demo' })).toEqual({ '/overrides/dataset/path': expect.stringContaining('folder faces') });
    expect(Object.keys(issuesOf({ recipe: 'y1-triplet-emore', overrides: AT_FACES }))).toEqual(['/overrides/pretrained']);
  });

  it('points into the overrides where they are wrong, and at the recipe where they make it wrong', () => {
    const of = (overrides: object) => issuesOf({ recipe: 'ms1mv3-r50', overrides: { ...AT_FACES, ...overrides } });
    expect(of({ seed: -1, batch: { size: 3 }, surprise: true })).toEqual({
      '/overrides/seed': expect.any(String),
      '/overrides/batch/size': 'is not a known field',
      '/overrides/surprise': 'is not a known field',
    });
    expect(of({ ranks: { max: 3 } })).toEqual({
      '/recipe': expect.stringMatching(/^batch.globalBatchSize of ms1mv3-r50 must be divisible by ranks.max \(3\)/),
    });
    expect(of({ ranks: { max: 3 }, batch: { globalBatchSize: 64 } })).toEqual({
      '/overrides/batch/globalBatchSize': expect.any(String),
    });
    expect(of({ labels: 'none' })).toEqual({ '/overrides/labels': expect.any(String) });
    expect(of({ webhooks: [] })).toEqual({ '/overrides/webhooks': expect.any(String) });
  });

  it('names all recipes when there is none of that name', () => {
    const { '/recipe': message } = issuesOf({ recipe: 'r100' });
    for (const { name } of all) expect(message).toContain(name);
  });

  it('is not taken for the other form, nor the other form for it', () => {
    expect(issuesOf({ recipe: 'demo', ...AT_FACES })).toEqual({ '/dataset': 'is not a known field' });
    expect(issuesOf({ overrides: {} })).toMatchObject({ '/overrides': 'is not a known field' });
    expect(Object.keys(issuesOf(null))).toEqual(['/']);
  });
});
