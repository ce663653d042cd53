import { Socket } from 'node:net';
import { LIFELINE_FD, type FromTrainer, type RecordBody, type ToTrainer } from '#contracts';

/**
 * A trainer that speaks the protocol and computes nothing; what it does is in the run's name. For tests of the supervisor
 * only: the real one is tested end to end.
 */
const send = (message: FromTrainer): void => void process.send?.(message);
const record = (body: RecordBody): void => send({ type: 'record', body });

// A socket, not a file stream: a blocking read in the thread pool would keep the process from exiting.
new Socket({ fd: LIFELINE_FD, readable: true, writable: false })
  .on('end', () => process.kill(process.pid, 'SIGKILL'))
  .on('error', () => process.kill(process.pid, 'SIGKILL'))
  .resume();

let last = -1;
process.on('message', (message: ToTrainer) => {
  if (message.type === 'start' && message.job.kind === 'training') act(message.job.config.name ?? '');
  if (message.type === 'stop') {
    record({ type: 'rank.finished', outcome: message.mode === 'stop' ? 'stopped' : 'canceled', step: 7 });
    process.exitCode = 0;
    process.disconnect();
    process.exit();
  }
  if (message.type === 'committed') {
    last = message.seq;
    if (last === 3) process.exit(0);
  }
});

function act(name: string): void {
  send({ type: 'phase', phase: 'training', step: 5 });
  record({ type: 'metrics', points: [{ step: 5, values: { loss: 1.5 } }] });
  switch (name) {
    case 'ok':
      record({ type: 'metrics', points: [{ step: 6, values: { loss: 1.25 } }] });
      record({ type: 'rank.finished', outcome: 'succeeded', step: 6 });
      return;
    case 'crash':
      console.error('the last words');
      setImmediate(() => process.kill(process.pid, 'SIGABRT'));
      return;
    case 'nonsense':
      send({ type: 'record', body: { type: 'metrics', points: [] } });
      return;
    case 'wait':
      // Until it is told to stop, or killed.
      return;
  }
}

send({ type: 'ready' });
