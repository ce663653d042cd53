import { Socket } from 'node:net';
import { workerData } from 'node:worker_threads';

const { fd } = workerData as { fd: number };

// A socket, not a file stream: reading a pipe as a file would occupy one of the few threads of libuv's pool for ever.
const lifeline = new Socket({ fd, readable: true, writable: false });
const die = () => process.kill(process.pid, 'SIGKILL');
lifeline.on('end', die);
lifeline.on('close', die);
lifeline.on('error', die);
lifeline.resume();
