import { connectCollective, type Collective } from '#collective';
import { LIFELINE_FD, type TrainingJob, type TrainerSettings } from '#contracts';
import { openTrainingSet, type TrainingSet } from '#datasets';
import { startEngine, type Engine } from '#engine';
import { parseFaults, runTraining } from '#trainer';
import { toReport } from './error-record.js';
import type { SupervisorLink } from './supervisor-link.js';

/** A rank may stay silent that long while it loads its engine and reads its data set's index. */
const PREPARE_LEASE_MS = 300_000;

/** Trains one rank from rendezvous to its last record, then ends the process. */
export async function trainRank(job: TrainingJob, settings: TrainerSettings, link: SupervisorLink): Promise<never> {
  let collective: Collective | null = null;
  try {
    const parts = await prepare(job, settings, link, (connected) => (collective = connected));
    try {
      const result = await runTraining({
        job,
        ...parts,
        storageRoot: settings.storageRoot,
        emit: (body) => link.record(body),
        committedSeq: () => link.committedSeq,
        stopMode: () => link.stopMode,
        onPhase: (phase, step) => link.phase(phase, step),
        observer: link.observer,
        faults: parseFaults(settings.faults),
      });
      link.record({ type: 'rank.finished', ...result });
    } finally {
      await parts.trainingSet.close();
    }
    await parts.collective.close();
    return await link.exit(0);
  } catch (error) {
    const report = toReport(error);
    link.observer.log('warn', 'the rank failed', { ...report });
    // The reason goes out before the farewell: peers must not hold it up.
    link.record({ type: 'rank.finished', outcome: 'failed', step: null, error: report });
    await (collective as Collective | null)?.abort(`${report.code}: ${report.message}`).catch(() => undefined);
    return await link.exit(1);
  }
}

interface Parts {
  readonly collective: Collective;
  readonly engine: Engine;
  readonly trainingSet: TrainingSet;
}

/** Meets the peers while engine and data set open: whichever fails first is the rank's error, and peers are told. */
async function prepare(
  job: TrainingJob,
  settings: TrainerSettings,
  link: SupervisorLink,
  onConnected: (collective: Collective) => void,
): Promise<Parts> {
  const { runId, generation, rank, worldSize, config } = job;
  link.phase('rendezvous', job.resumeFrom?.step ?? null);
  const connecting = connectCollective({
    address: { runId, generation, rank, worldSize },
    redisUrl: settings.redisUrl,
    transport: config.communication.transport,
    ...(settings.advertiseHost === undefined ? {} : { advertiseHost: settings.advertiseHost }),
    ...(settings.tcpPorts === undefined ? {} : { ports: settings.tcpPorts }),
    timing: { rendezvousTimeoutMs: job.rendezvousTimeoutMs },
    // Replicas keep the same bits only on the same engine. What `auto` becomes is not known yet: such a rank meets any.
    ...(settings.engine === 'auto' ? {} : { token: settings.engine }),
    lifelineFd: LIFELINE_FD,
  }).then((collective) => {
    collective.extendLease(PREPARE_LEASE_MS, 'preparing');
    onConnected(collective);
    return collective;
  });
  const opening = (async () => {
    const engine = await startEngine(settings.engine, {
      threads: settings.threads,
      observer: link.observer,
      ...(settings.engineFolder === undefined ? {} : { folder: settings.engineFolder }),
    });
    const trainingSet = await openTrainingSet(config.dataset);
    for (const note of trainingSet.notes ?? []) link.observer.log('warn', note);
    return { engine, trainingSet };
  })();
  // An error of the data set must reach the peers, so the rendezvous is waited for even then.
  const [connected, opened] = await Promise.allSettled([connecting, opening]);
  if (opened.status === 'rejected') throw opened.reason;
  if (connected.status === 'rejected') {
    await opened.value.trainingSet.close();
    throw connected.reason;
  }
  return { collective: connected.value, ...opened.value };
}
