import { Worker } from 'node:worker_threads';

const watched = new Set<number>();

/**
 * Kills this process (SIGKILL) when the pipe `fd` ends, that is, when the process at its other end is gone: at any time, even while
 * the main thread is inside a kernel. Runs on a small thread of its own, which does not keep the process alive; call it before
 * anything slow is loaded. Watching one descriptor twice is one watch.
 */
export function watchLifeline(fd: number): void {
  if (watched.has(fd)) return;
  watched.add(fd);
  const worker = new Worker(new URL('./lifeline-main.js', import.meta.url), { workerData: { fd }, name: 'arcfleet-lifeline' });
  worker.unref();
}
