import type { Collective } from '#collective';
import type { RecordOf } from '#contracts';
import { toReport } from './error-record.js';
import type { SupervisorLink } from './supervisor-link.js';

export type RankResult = Omit<RecordOf<'rank.finished'>, 'type' | 'error'>;

/**
 * Runs what a rank does, reports how it ended, leaves the peers and ends the process.
 * @param act does the work, and hands over the collective as soon as there is one
 */
export async function endWith(
  link: SupervisorLink,
  act: (onConnected: (collective: Collective) => void) => Promise<RankResult>,
): Promise<never> {
  let collective: Collective | null = null;
  try {
    const result = await act((connected) => (collective = connected));
    link.record({ type: 'rank.finished', ...result });
    await (collective as Collective | null)?.close();
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
