import { meanAccuracy, type VerificationReport } from '../follow/verification-report.js';

/** What a demo whose run succeeded is judged by. */
export interface DemoOutcome {
  readonly verification: VerificationReport;
  /** Mean accuracy that was to be reached; null: nothing is known of the faces. */
  readonly minAccuracy: number | null;
  /** Ids of the deliveries that the system made, and of those that arrived with a valid signature. */
  readonly sent: readonly string[];
  readonly verified: readonly string[];
  /** Most workers that were there at once, and those that were left when the demo stopped waiting. */
  readonly workers: { readonly most: number; readonly left: number };
}

/** What the demo promised and did not show, a sentence each; none: all of it was shown. */
export function shortfalls({ verification, minAccuracy, sent, verified, workers }: DemoOutcome): string[] {
  const found: string[] = [];
  const mean = meanAccuracy(verification);
  if (minAccuracy !== null && !(mean >= minAccuracy)) {
    const reached = Number.isNaN(mean) ? 'There is no accuracy' : `The mean accuracy is ${mean.toFixed(3)}`;
    found.push(`${reached}; ${minAccuracy.toFixed(2)} was to be reached on these faces.`);
  }
  const missing = sent.filter((id) => !verified.includes(id));
  if (sent.length === 0) found.push('No webhook was sent.');
  if (missing.length > 0) {
    found.push(`Of ${sent.length} webhooks that were sent, ${missing.length} did not arrive verified: ${missing.join(', ')}.`);
  }
  if (workers.most === 0) found.push('No worker was ever seen.');
  if (workers.left > 0) found.push(`The fleet did not go back to zero: ${workers.left} of ${workers.most} workers are left.`);
  return found;
}
