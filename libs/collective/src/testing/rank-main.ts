import { connectCollective } from '../thread/connect-collective.js';
import type { ThreadOptions } from '../thread/messages.js';

/** A rank in a process of its own, for specs that kill it: joins, takes part in one barrier, says so, and computes for ever. */
const collective = await connectCollective(JSON.parse(process.argv[2]!) as ThreadOptions);
await collective.barrier();
process.send!('ready');
if (process.argv[3] === 'block') {
  // A kernel that does not return: the communication thread has to live on.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
}
setInterval(() => undefined, 1_000);
