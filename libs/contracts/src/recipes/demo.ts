import type { Recipe } from './recipe.js';

/** How `npm run demo` trains on the faces that it draws; see its own recipe for other numbers of images and ranks. */
export const DEMO_RECIPE = {
  name: 'demo',
  description: 'A tiny network with ArcFace on drawn faces, minutes on two cores: what the demo trains',
  dataset: { name: 'drawn faces (arcfleet data make)', folder: 'faces', numClasses: 120, numImages: 2_400 },
  published: [{ set: 'lfw, cfp_fp, agedb_30 as drawn', metric: 'mean accuracy, at least', value: 80 }],
  publishedNote: null,
  source: { title: 'ArcFleet: the demo fails below it', url: null },
  requires: ['dataset.path'],
  config: {
    network: { name: 'tiny' },
    // Scale and margin are milder than the usual 64 and 0.5, which need longer training to pay.
    loss: { name: 'arcface', scale: 24, margin: 0.2 },
    // Clipping keeps the high rate, which short training needs, from pulling all embeddings to one side.
    optimizer: { name: 'sgd', learningRate: 0.3, momentum: 0.9, weightDecay: 5e-4, clipNorm: 5 },
    schedule: { name: 'steps', factor: 0.1, boundaries: [315, 446], warmupSteps: 20 },
    batch: { globalBatchSize: 64 },
    maxSteps: 525,
    verification: { everySteps: 0, baselines: true },
    checkpoint: { everySteps: 263, keep: 1 },
    ranks: { max: 2 },
  },
} as const satisfies Recipe & { config: object };
