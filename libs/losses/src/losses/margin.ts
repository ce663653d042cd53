import type { SoftmaxLossConfig } from '#contracts';
import type { MarginLoss, TargetLogit } from './margin-loss.js';

/** The margins of s (cos(m1 theta + m2) - m3). */
export interface Margins {
  readonly m1: number;
  readonly m2: number;
  readonly m3: number;
}

/**
 * The true derivative is m1 sin(m1 theta + m2) / sin(theta). Nearer to 0 or pi than the angle of this sine (0.06 degrees) it is
 * taken at that angle: without margins that is its limit there, with margins it stays bounded. The cosine's own gradient
 * vanishes like the sine, so the product that reaches features and centers is bounded too.
 */
export const SINE_FLOOR = 1e-3;
const ANGLE_FLOOR = Math.asin(SINE_FLOOR);
const COSINE_CEILING = Math.cos(ANGLE_FLOOR);

/**
 * Softmax on cosines with margins on the target: its logit is s (cos(m1 theta + m2) - m3), without threshold or easy-margin
 * branch, also where m1 theta + m2 > pi. `gradient: 'exact'` is the true derivative, `'straight-through'` takes 1, as
 * arcface_torch does.
 */
export function marginSoftmax(
  config: Pick<Exclude<SoftmaxLossConfig, { name: 'softmax' }>, 'scale' | 'subCenters' | 'interclassFilteringThreshold'>,
  margins: Margins,
  gradient: 'exact' | 'straight-through',
): MarginLoss {
  const { scale, subCenters, interclassFilteringThreshold } = config;
  const withSlope = margins.m1 === 1 ? additiveMargin(margins) : anyMargin(margins);
  return {
    isNormalized: true,
    hasBias: false,
    subCenters,
    filterThreshold: interclassFilteringThreshold,
    scale,
    logitBound: scale,
    targetLogit: gradient === 'exact' ? withSlope : (cosine) => ({ value: withSlope(cosine).value, slope: 1 }),
  };
}

/** m1 = 1: cos(theta + m2) = cos theta cos m2 - sin theta sin m2, without an angle. */
function additiveMargin({ m2, m3 }: Margins): (cosine: number) => TargetLogit {
  const cosMargin = Math.cos(m2);
  const sinMargin = Math.sin(m2);
  return (cosine) => {
    const sine = Math.sqrt((1 - cosine) * (1 + cosine));
    const [x, y] = sine < SINE_FLOOR ? [Math.sign(cosine) * COSINE_CEILING, SINE_FLOOR] : [cosine, sine];
    return { value: cosine * cosMargin - sine * sinMargin - m3, slope: cosMargin + (x * sinMargin) / y };
  };
}

function anyMargin({ m1, m2, m3 }: Margins): (cosine: number) => TargetLogit {
  return (cosine) => {
    const theta = Math.acos(cosine);
    const clamped = Math.min(Math.PI - ANGLE_FLOOR, Math.max(ANGLE_FLOOR, theta));
    return { value: Math.cos(m1 * theta + m2) - m3, slope: (m1 * Math.sin(m1 * clamped + m2)) / Math.sin(clamped) };
  };
}
