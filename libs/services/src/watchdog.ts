/**
 * A process of its own beside every launcher: `node watchdog.js <session folder>`. Its standard input is a pipe from the
 * launcher that is never written to. End of file means that the launcher is gone, however it died; the watchdog then ends
 * what is left of the session. (PDEATHSIG is not available from Node, and Postgres and Redis watch no parent.)
 */
import { endSession } from './session-folder.js';

const folder = process.argv[2];
if (!folder) throw new Error('usage: watchdog.js <session folder>');

// Ctrl-C and a closed terminal are the launcher's business.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);

let hasEnded = false;
function onLauncherGone(): void {
  if (hasEnded) return;
  hasEnded = true;
  void endSession(folder as string, { graceMs: 3_000 }).then(
    () => process.exit(0),
    (error: unknown) => {
      console.error(error);
      process.exit(1);
    },
  );
}
process.stdin.on('end', onLauncherGone).on('close', onLauncherGone).on('error', onLauncherGone).resume();
