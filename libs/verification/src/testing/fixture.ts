import { readFileSync } from 'node:fs';

/** What the 10-fold protocol gives; see fixtures/protocols.md. */
export interface FoldsFixture {
  readonly accuracy: number;
  readonly std: number;
  readonly thresholds: readonly number[];
  readonly accuracies: readonly number[];
  readonly tarAtFar: Readonly<Record<string, { readonly tar: number; readonly far: number; readonly threshold: number }>>;
}

export interface RocFixture {
  readonly area: number;
  readonly numPoints: number;
  /** Some of them: index, FAR, TAR, threshold. */
  readonly points: readonly (readonly [number, number, number, number])[];
}

export interface VerificationFixture extends FoldsFixture {
  readonly numPairs: number;
  readonly dim: number;
  readonly seed: number;
  readonly spread: number;
  readonly xnorm: number;
  readonly roc: RocFixture;
  readonly withoutFlip: FoldsFixture & { readonly xnorm: number };
}

export interface TiesFixture extends FoldsFixture {
  readonly numPairs: number;
  readonly seed: number;
  readonly step: number;
  readonly roc: RocFixture;
}

export interface TemplatesFixture {
  readonly seed: number;
  readonly numPeople: number;
  readonly dim: number;
  readonly spread: number;
  readonly numImages: number;
  readonly numTemplates: number;
  readonly numPairs: number;
  readonly area: number;
  /** By FAR as text. */
  readonly tar: Readonly<Record<string, number>>;
  /** Similarities of the first pairs. */
  readonly first: readonly number[];
}

export interface IdentificationFixture {
  readonly seed: number;
  readonly numPeople: number;
  readonly numDistractors: number;
  readonly dim: number;
  readonly spread: number;
  readonly numProbes: number;
  readonly numMated: number;
  readonly cmc: readonly number[];
  readonly tarAtFar: Readonly<Record<string, { readonly tar: number; readonly threshold: number }>>;
}

interface ProtocolsFixture {
  readonly verification: readonly VerificationFixture[];
  readonly ties: readonly TiesFixture[];
  readonly templates: readonly TemplatesFixture[];
  readonly identification: readonly IdentificationFixture[];
}

/** What scikit-learn, scipy and numpy say about the drawn inputs. */
export function readProtocols(): ProtocolsFixture {
  const url = new URL('../../../../../libs/verification/src/fixtures/protocols.json', import.meta.url);
  return JSON.parse(readFileSync(url, 'utf8')) as ProtocolsFixture;
}
