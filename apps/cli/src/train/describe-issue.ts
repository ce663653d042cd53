import type { TrainFlags } from './train-options.js';

/** The option that sets a field, where there is one. */
const OPTIONS: Readonly<Record<string, string>> = {
  'dataset.path': '--dataset',
  'dataset.augmentation.colorJitter': '--data-color',
  'dataset.augmentation.jpeg': '--data-color',
  'dataset.augmentation.cutoff': '--data-cutoff',
  'dataset.minImagesPerIdentity': '--data-images-filter',
  'batch.globalBatchSize': '--per-batch-size x ranks',
  'batch.bnGroupSize': '--per-batch-size',
  'optimizer.learningRate': '--lr',
  'optimizer.weightDecay': '--wd',
  'optimizer.momentum': '--mom',
  'schedule.boundaries': '--lr-steps',
  'verification.everySteps': '--verbose',
  'ranks.max': '--ranks',
  'classSampling.rate': '--sampling-rate',
  'classSampling.name': '--sampling-rate',
  'model.save': '--ckpt',
  'pretrained.path': '--pretrained',
  maxSteps: '--max-steps',
  epochs: '--epochs',
  seed: '--seed',
};

/** A line about a field that is wrong, with the option or setting that it came from. */
export function describeIssue(
  issue: { readonly path: readonly PropertyKey[]; readonly message: string; readonly keys?: readonly string[] },
  { set }: Pick<TrainFlags, 'set'>,
): string {
  const { keys } = issue;
  const field = [...issue.path, ...(keys?.length === 1 ? keys : [])].map(String).join('.');
  const what = keys?.length ? `${keys.length > 1 ? `${keys.join(', ')}: ` : ''}is not a known field` : issue.message;
  return `${field || 'run'}${optionOf(field, { set })}: ${what}`;
}

/** The setting or option that a field comes from, in parentheses behind a blank; empty: there is none. */
export function optionOf(field: string, { set }: Pick<TrainFlags, 'set'>): string {
  const setting = set.find(({ path }) => field === path.join('.') || field.startsWith(`${path.join('.')}.`));
  const option = setting ? `--set ${setting.path.join('.')}` : OPTIONS[field];
  return option ? ` (${option})` : '';
}
