import type { ModelComparison, ModelMetric } from '#contracts';

type Compared = Pick<ModelComparison, 'targets' | 'onlyModel' | 'onlyWith'>;

/** Holds two models' newest results together. Results by another measure (another protocol, another FAR) do not compare. */
export function compareMetrics(model: readonly ModelMetric[], other: readonly ModelMetric[]): Compared {
  const keyOf = ({ target, measure }: ModelMetric): string => `${target}\0${measure}`;
  const others = new Map(other.map((metric) => [keyOf(metric), metric]));
  const targets: Compared['targets'] = [];
  const onlyModel: string[] = [];
  for (const metric of model) {
    const match = others.get(keyOf(metric));
    if (match === undefined) {
      onlyModel.push(metric.target);
      continue;
    }
    others.delete(keyOf(metric));
    const { target, measure } = metric;
    const difference = metric.value - match.value;
    targets.push({
      target,
      measure,
      model: ofTarget(metric),
      with: ofTarget(match),
      difference,
      intervalsOverlap: overlap(metric, match),
    });
  }
  return { targets, onlyModel, onlyWith: [...others.values()].map(({ target }) => target) };
}

const ofTarget = ({ protocol, value, interval, source }: ModelMetric): Omit<ModelMetric, 'target' | 'measure'> => ({
  protocol,
  value,
  interval,
  source,
});

/** Closed intervals; those of different levels say nothing together. */
function overlap({ interval: a }: ModelMetric, { interval: b }: ModelMetric): boolean | null {
  if (a === null || b === null || a.level !== b.level) return null;
  return a.low <= b.high && b.low <= a.high;
}
