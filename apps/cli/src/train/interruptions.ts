import type { Interruptions } from './train-remote.js';

/** Ctrl-C raises `cancel`, a second one `detach`; being told to end, or losing the terminal, leaves the run alone at once. */
export function catchInterruptions(): Interruptions & { release(): void } {
  const cancel = new AbortController();
  const detach = new AbortController();
  const onInterrupt = (): void => (cancel.signal.aborted ? detach.abort() : cancel.abort());
  const onEnd = (): void => detach.abort();
  process.on('SIGINT', onInterrupt).on('SIGTERM', onEnd).on('SIGHUP', onEnd);
  return {
    cancel: cancel.signal,
    detach: detach.signal,
    release: () => void process.off('SIGINT', onInterrupt).off('SIGTERM', onEnd).off('SIGHUP', onEnd),
  };
}
