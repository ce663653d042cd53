import type { DatasetKind } from '#contracts';
import type { RemoteAccess } from '../bytes/remote-access.js';

/** Something that a validation found. */
export interface Problem {
  /** `broken`: training would fail or learn something wrong; `note`: harmless, but worth knowing. */
  readonly severity: 'broken' | 'note';
  readonly kind: ProblemKind;
  readonly file: string;
  readonly why: string;
  readonly key?: number;
  readonly byte?: number;
}

export type ProblemKind =
  | 'property'
  | 'index'
  | 'damage'
  | 'header'
  | 'label'
  | 'label_gap'
  | 'record_zero'
  | 'identity_range'
  | 'image'
  | 'verification';

/** The first problems are kept, all are counted and told: memory does not grow with the damage. */
export class ProblemList {
  readonly kept: Problem[] = [];
  numBroken = 0;
  numNotes = 0;

  constructor(
    private readonly limit: number,
    private readonly onProblem?: (problem: Problem) => void,
  ) {}

  add(problem: Problem): void {
    if (problem.severity === 'broken') this.numBroken++;
    else this.numNotes++;
    if (this.kept.length < this.limit) this.kept.push(problem);
    this.onProblem?.(problem);
  }

  broken(kind: ProblemKind, file: string, why: string, at: { key?: number; byte?: number } = {}): void {
    this.add({ severity: 'broken', kind, file, why, ...at });
  }

  note(kind: ProblemKind, file: string, why: string, at: { key?: number; byte?: number } = {}): void {
    this.add({ severity: 'note', kind, file, why, ...at });
  }
}

export interface ValidateOptions {
  /** False: images are not decoded, which takes most of the time. Default true. */
  readonly decode?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Every problem, as it is found. */
  readonly onProblem?: ((problem: Problem) => void) | undefined;
  /** How `s3://` paths are reached. */
  readonly access?: RemoteAccess | undefined;
  /** Default: `faces_emore` where there is a train.rec. */
  readonly kind?: DatasetKind | undefined;
  /** Records of a .rec by its index, or images of folders. */
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}
