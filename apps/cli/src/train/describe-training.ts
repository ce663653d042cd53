import type { RunConfig } from '#contracts';
import { numbered } from './pretrained.js';
import type { ResolvedTraining } from './resolve-training.js';

/** What a command line was resolved to, as lines of a table. */
export function describeTraining({
  config,
  recipe,
  ranks,
  devices,
  dataset,
  pretrained,
  modelFolder,
  ckpt,
  hasDefaultLength,
}: ResolvedTraining): string[] {
  const { batch, optimizer } = config;
  const rows: [string, string][] = [
    ...(recipe ? [['recipe', recipe.name] as [string, string]] : []),
    ['network', describeNetwork(config)],
    ...(pretrained
      ? [
          ['pretrained', pretrained.epoch === undefined ? pretrained.path : numbered(pretrained.path, pretrained.epoch)] as [
            string,
            string,
          ],
        ]
      : []),
    ['loss', describeLoss(config)],
    ['data', `${dataset.path}${dataset.numClasses === null ? '' : `, ${dataset.numClasses} identities`}`],
    [
      'ranks',
      `${ranks}${devices ? ` on devices ${devices.join(', ')}` : ''}, engine ${config.engine}${ranks > 1 ? `, tensors by ${config.communication.transport}` : ''}`,
    ],
    ['batch', `${batch.globalBatchSize / ranks} per rank x ${ranks} = ${batch.globalBatchSize}${describeGroups(config)}`],
    ['optimizer', describeOptimizer(config)],
    ['rate', `${optimizer.learningRate}, ${describeSchedule(config)}`],
    [
      'length',
      describeLength(config) +
        (hasDefaultLength ? ' (an eighth beyond the last drop; --max-steps or --epochs says otherwise)' : ''),
    ],
    ['verification', describeVerification(config)],
    ['models', ckpt === 0 ? 'none is placed (--ckpt 0)' : `${modelFolder}/${CKPT[ckpt]}`],
  ];
  return rows.map(([name, text]) => `${name.padEnd(13)} ${text}`);
}

const CKPT = {
  1: 'model-0001, -0002 ... (each time the last verification set improves)',
  2: 'model-0001, -0002 ... (at each verification)',
  3: 'model-0001 (the best by the last verification set)',
} as const;

function describeNetwork({ network, model }: RunConfig): string {
  const { name, embeddingSize, output, dropout, squeezeExcitation, frozen } = network;
  const extras = [
    dropout > 0 ? `dropout ${dropout}` : '',
    squeezeExcitation ? 'squeeze-and-excitation' : '',
    frozen ? 'frozen' : '',
    model.emaDecay === null ? '' : `moving average ${model.emaDecay}`,
  ];
  return [`${name}, embedding ${embeddingSize}, output ${output}`, ...extras].filter((text) => text !== '').join(', ');
}

function describeLoss({ loss, classSampling }: RunConfig): string {
  const { name, ...fields } = loss;
  const shown = Object.entries(fields).filter(([key, value]) => !isPlain(key, value));
  const numbers = shown.map(([key, value]) => `${key} ${String(value)}`).join(', ');
  const sampling = classSampling.name === 'none' ? '' : `, ${classSampling.name} class sampling at rate ${classSampling.rate}`;
  return `${name}${numbers ? ` (${numbers})` : ''}${sampling}`;
}

/** Fields that say nothing at their default. */
function isPlain(key: string, value: unknown): boolean {
  return (
    value === null ||
    (key === 'subCenters' && value === 1) ||
    (key === 'gradient' && value === 'exact') ||
    (key === 'maxAnchorPositiveDistance' && value === 0)
  );
}

function describeGroups({ batch, ranks }: RunConfig): string {
  const { globalBatchSize, accumulationSteps, bnGroupSize } = batch;
  const parts = accumulationSteps > 1 ? `, in ${accumulationSteps} micro-batches` : '';
  const groups = bnGroupSize === globalBatchSize / (ranks.max * accumulationSteps) ? '' : `, batch norm over ${bnGroupSize}`;
  return parts + groups;
}

function describeOptimizer({ optimizer }: RunConfig): string {
  const clipping = optimizer.clipNorm === null ? '' : `, clipped to norm ${optimizer.clipNorm}`;
  const first = optimizer.name === 'sgd' ? `momentum ${optimizer.momentum}` : `betas ${optimizer.beta1} and ${optimizer.beta2}`;
  return `${optimizer.name}, ${first}, weight decay ${optimizer.weightDecay}${clipping}`;
}

function describeSchedule({ schedule }: RunConfig): string {
  const { warmupSteps, warmupEpochs } = schedule;
  const warmup =
    warmupSteps > 0
      ? `, after ${warmupSteps} steps of warm-up`
      : warmupEpochs > 0
        ? `, after ${warmupEpochs} epochs of warm-up`
        : '';
  if (schedule.name === 'polynomial') return `down to 0 by power ${schedule.power}${warmup}`;
  const { boundaries, factor } = schedule;
  return (boundaries.length === 0 ? 'constant' : `x ${factor} at steps ${boundaries.join(', ')}`) + warmup;
}

function describeLength({ maxSteps, epochs }: RunConfig): string {
  const parts = [maxSteps === undefined ? '' : `${maxSteps} steps`, epochs === undefined ? '' : `${epochs} epochs`];
  return parts.filter((text) => text !== '').join(' or ');
}

function describeVerification({ verification }: RunConfig): string {
  const { everySteps, targets } = verification;
  const what = targets === undefined ? 'every set in the folder' : targets.join(', ') || 'nothing';
  return `${what}; ${everySteps > 0 ? `every ${everySteps} steps and ` : ''}at the end`;
}
