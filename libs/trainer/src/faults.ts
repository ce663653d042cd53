import { ArcFleetError } from '#contracts';

/**
 * Faults that chaos tests ask for, for example `nan@step=5,rank=1;crash@step=7,rank=0,generation=1`. The seat is in the trainer
 * so that the tests need no patched code; a run never has faults unless its worker was started with some.
 */
export const FAULT_KINDS = ['nan', 'crash', 'hang-kernel', 'throw'] as const;
export type FaultKind = (typeof FAULT_KINDS)[number];

export interface Fault {
  readonly kind: FaultKind;
  readonly step: number;
  /** Without rank or generation: every one. */
  readonly rank?: number;
  readonly generation?: number;
}

/** @throws ArcFleetError `config_invalid` naming the part that is wrong. */
export function parseFaults(text: string | undefined): Fault[] {
  return (text ?? '')
    .split(';')
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .map(parseFault);
}

function parseFault(part: string): Fault {
  const [kind = '', conditions = ''] = part.split('@');
  if (!(FAULT_KINDS as readonly string[]).includes(kind)) {
    throw new ArcFleetError('config_invalid', `Unknown fault '${part}'; known: ${FAULT_KINDS.join(', ')}`);
  }
  const values: Record<string, number> = {};
  for (const condition of conditions.split(',')) {
    const match = /^(step|rank|generation)=(\d{1,9})$/.exec(condition.trim());
    if (!match) throw new ArcFleetError('config_invalid', `Cannot read '${condition}' in fault '${part}'`);
    values[match[1]!] = Number(match[2]);
  }
  const { step, rank, generation } = values;
  if (step === undefined) throw new ArcFleetError('config_invalid', `Fault '${part}' has no step`);
  return {
    kind: kind as FaultKind,
    step,
    ...(rank === undefined ? {} : { rank }),
    ...(generation === undefined ? {} : { generation }),
  };
}

/** Faults due on this rank when update number `step` (from 1) begins. */
export function dueFaults(faults: readonly Fault[], at: { step: number; rank: number; generation: number }): FaultKind[] {
  return faults
    .filter(
      ({ step, rank, generation }) =>
        step === at.step && (rank ?? at.rank) === at.rank && (generation ?? at.generation) === at.generation,
    )
    .map(({ kind }) => kind);
}

/** Carries out the faults that need no place in the computation; `nan` is the loop's. Does not return from a hang. */
export function carryOut(kind: FaultKind): void {
  if (kind === 'crash') process.kill(process.pid, 'SIGKILL');
  // A kernel that never comes back: the event loop is blocked like in one, only other threads go on.
  if (kind === 'hang-kernel') Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  if (kind === 'throw') throw new ArcFleetError('internal', 'Injected fault');
}
