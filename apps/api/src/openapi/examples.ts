/** Bodies that work as they are, by the name of their schema. */
export const EXAMPLES: Readonly<Record<string, unknown>> = {
  CreateRun: {
    name: 'faces-r50',
    labels: { team: 'vision' },
    dataset: { path: '/data/faces_emore' },
    network: { name: 'r50' },
    loss: { name: 'arcface', scale: 64, margin: 0.5 },
    batch: { globalBatchSize: 256 },
    epochs: 20,
    ranks: { min: 2, max: 4 },
  },
  CreateRunFromRecipe: {
    recipe: 'demo',
    overrides: { dataset: { path: '/data/faces' }, maxSteps: 300 },
  },
  CreateEvaluation: {
    model: { path: '/models/model', epoch: 1 },
    dataset: '/data/faces_emore',
    targets: ['lfw', 'cfp_fp', 'agedb_30'],
  },
};
