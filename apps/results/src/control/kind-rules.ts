import { worldSizesOf, type RunKind, type Sizes } from '#contracts';
import type { LiveGeneration } from '#persistence';

type Ended = Pick<LiveGeneration, 'step' | 'generation'>;

/** Where runs of the kinds differ for who admits and ends them; everything else is the same. */
export interface KindRules {
  /** Numbers of ranks that a run can have, the largest first. */
  worldSizes(config: Sizes): number[];
  /** What a run of the kind is told to have done. */
  succeeded(generation: Ended): string;
  canceled(generation: Ended): string;
  stopped(generation: Ended): string;
  /** What would have reset the count of restarts; empty: nothing. */
  readonly progress: string;
}

const anyNumber = ({ ranks }: Sizes): number[] => worldSizesOf({ ranks });

const startsAnew = ({ generation }: Ended): string =>
  `Generation ${generation} was stopped; the next one starts from the beginning when slots are free.`;

export const KIND_RULES: Readonly<Record<RunKind, KindRules>> = {
  training: {
    worldSizes: worldSizesOf,
    succeeded: ({ step }) => `Trained ${step} steps.`,
    canceled: ({ step }) => `Canceled at step ${step}.`,
    stopped: ({ generation }) => `Generation ${generation} stopped at a checkpoint and goes on when slots are free.`,
    progress: ' without a new checkpoint',
  },
  evaluation: {
    worldSizes: anyNumber,
    succeeded: ({ step }) => `Scored ${targets(step)}.`,
    canceled: ({ step }) => `Canceled after ${targets(step)}.`,
    stopped: startsAnew,
    progress: '',
  },
  task: {
    worldSizes: anyNumber,
    succeeded: () => 'Done.',
    canceled: () => 'Canceled.',
    stopped: startsAnew,
    progress: '',
  },
  embedding: {
    worldSizes: anyNumber,
    succeeded: () => 'Embedded the images.',
    canceled: () => 'Canceled.',
    stopped: startsAnew,
    progress: '',
  },
};

const targets = (count: number): string => (count === 1 ? '1 target' : `${count} targets`);
