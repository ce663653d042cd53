/** What MXNet calls a batch norm's running statistics (`aux:` in a `.params` file). */
export interface MxnetStatisticNames {
  readonly mean: string;
  readonly variance: string;
}

/** Batch norms that Gluon has numbered, as in mnas* and d*. */
const GLUON_BATCH_NORM = /_batchnorm\d+$/;

/**
 * Our names of parameters are MXNet's (`arg:`); a batch norm's statistics follow one of two customs, by who named it. Networks
 * made with Gluon begin with `mnasnet0_` or `densenet0_`: the number counts the networks of a process, and one that trains has
 * one; a file from elsewhere may hold another number.
 */
export function mxnetStatisticNames(batchNorm: string): MxnetStatisticNames {
  const custom = GLUON_BATCH_NORM.test(batchNorm) ? 'running' : 'moving';
  return { mean: `${batchNorm}_${custom}_mean`, variance: `${batchNorm}_${custom}_var` };
}
