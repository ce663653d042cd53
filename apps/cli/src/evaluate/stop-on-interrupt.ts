import type { StopMode } from '#evaluation';

/** Ctrl-C asks what is computed to leave at its next step; a second one ends the process as it would have ended without this. */
export function stopOnInterrupt(): { stopMode: () => StopMode; release: () => void } {
  let mode: StopMode = 'none';
  const onSignal = (): void => {
    if (mode === 'cancel') process.exit(130);
    mode = 'cancel';
  };
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal);
  return { stopMode: () => mode, release: () => void process.off('SIGINT', onSignal).off('SIGTERM', onSignal) };
}
