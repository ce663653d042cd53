/** What a rank may be told, as ranks tell each other: the strongest word counts. */
export const STOP_CODES = ['none', 'stop', 'cancel'] as const;
export type StopMode = (typeof STOP_CODES)[number];

/** Told to leave. */
export class Interrupted extends Error {
  constructor(readonly mode: Exclude<StopMode, 'none'>) {
    super(`The evaluation was told to ${mode}`);
  }
}

/** @throws Interrupted when told to leave. */
export function throwIfTold(mode: StopMode): void {
  if (mode !== 'none') throw new Interrupted(mode);
}
