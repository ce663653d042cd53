import type { RecordBody } from '#contracts';
import type { TensorBoardEvent } from './event.js';

/** What TensorBoard shows of a record; other records show nothing. */
export function eventsOf(record: RecordBody, wallTimeSeconds: number): TensorBoardEvent[] {
  switch (record.type) {
    case 'training.started': {
      // Steps after the checkpoint are trained again; a run from the start also scores its baselines again, at step 0.
      const step = record.step === 0 ? 0 : record.step + 1;
      return [
        { kind: 'version', wallTimeSeconds },
        { kind: 'start', wallTimeSeconds, step },
      ];
    }
    case 'metrics':
      return record.points.map(({ step, values }) => ({
        kind: 'scalars',
        wallTimeSeconds,
        step,
        values: withTags(values, (name) => `train/${name}`),
      }));
    case 'verification': {
      const { step, subject, target, scores } = record;
      const { accuracy, std, threshold, xnorm, tarAtFar } = scores;
      const folder = subject === 'model' ? `verification/${target}` : `${subject}/${target}`;
      const values = withTags({ accuracy, accuracyStd: std, threshold, xnorm }, (name) => `${folder}/${name}`);
      for (const [far, { tar }] of Object.entries(tarAtFar)) values[`${folder}/tar_at_far_${far}`] = tar;
      return [{ kind: 'scalars', wallTimeSeconds, step, values }];
    }
    default:
      return [];
  }
}

/** Names of the field are written with underscores there. */
function withTags(values: Readonly<Record<string, number>>, tag: (name: string) => string): Record<string, number> {
  const snake = (name: string) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [tag(snake(name)), value]));
}
