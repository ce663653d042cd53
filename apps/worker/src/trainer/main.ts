import { watchLifeline } from '#collective';
import { LIFELINE_FD, type ToTrainer } from '#contracts';
import { SupervisorLink } from './supervisor-link.js';

/**
 * One rank of one generation, in a process of its own: `node main.js`, started by the supervisor with an IPC channel and the
 * lifeline pipe. Ends when the rank has ended.
 */
watchLifeline(LIFELINE_FD);
const link = new SupervisorLink();

process.on('message', (message: ToTrainer) => {
  switch (message.type) {
    case 'start':
      // Loaded only now: tensor libraries take their time, and the lifeline is already watched.
      void import('./run-rank.js').then(({ runRank }) => runRank(message.job, message.settings, link));
      return;
    case 'stop':
      link.wish(message.mode);
      return;
    case 'committed':
      link.committedSeq = message.seq;
      return;
  }
});
// Ctrl-C in a terminal reaches the whole group; when to leave is the supervisor's decision.
process.on('SIGINT', () => undefined);
process.on('SIGTERM', () => undefined);

link.send({ type: 'ready' });
