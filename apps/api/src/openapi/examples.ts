/** One grey pixel as PNG. */
const PIXEL =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAACXBIWXMAAAPoAAAD6AG1e1JrAAAADElEQVQImWPo6OgAAAM0AZmUse0HAAAAAElFTkSuQmCC';

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
  UpdateRun: { name: 'kept', labels: { stage: 'live', week: null } },
  FollowUp: { overrides: { epochs: 30, ranks: { min: 1, max: 2 } } },
  ImportModel: { path: '/models/backbone.onnx', name: 'theirs', labels: { from: 'elsewhere' } },
  UpdateModel: { labels: { stage: 'live' }, description: 'Passed the review.' },
  CreateEmbeddings: { images: [{ data: PIXEL }], unaligned: 'crop' },
  RegisterDataset: { name: 'faces', path: '/data/faces_emore', labels: { team: 'vision' } },
  UpdateDataset: { labels: { team: 'vision' }, description: 'Cleaned by hand.' },
  CreateWebhook: { url: 'https://ci.example/hook', events: ['run.*', 'model.created'], labels: { team: 'vision' } },
  UpdateWebhook: { events: ['run.failed'] },
  RotateSecret: { overlapSeconds: 3600 },
  ReplayWebhook: { since: '2026-01-01T00:00:00.000Z', state: 'failed' },
  CreateSchedule: {
    name: 'nightly',
    cron: '30 3 * * *',
    timezone: 'Europe/Berlin',
    evaluation: { models: { alias: 'production' }, dataset: '/data/faces_emore', targets: ['lfw', 'agedb_30'] },
  },
  UpdateSchedule: { cron: '0 4 * * 1', overlap: 'queue' },
  CreateKey: { name: 'ci', grants: ['runs:*', 'models:read'], expiresInDays: 90 },
  UpdateKey: { name: 'ci-main' },
  RotateKey: { overlapSeconds: 3600 },
};
