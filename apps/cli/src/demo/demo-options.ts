import type { EngineName, NetworkName } from '#contracts';

export interface DemoOptions {
  /** Folder in the faces_emore layout; undefined: faces drawn for the demo. Absolute. */
  readonly data: string | undefined;
  readonly ranks: number;
  readonly network: NetworkName;
  /** undefined: by the size of the data set. */
  readonly steps: number | undefined;
  readonly seed: number;
  readonly engine: EngineName | 'auto';
}
