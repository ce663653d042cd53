import type { FireView, ScheduleView } from '#contracts';
import type { StoredSchedule } from '#persistence';
import { nextTimes, toZoned } from '#schedules';

/** How many of the next and of the last fires a schedule shows. */
export const SHOWN_FIRES = 5;

/** As a client may send it back: a registered data set is its `dataset`. */
const toInput = ({ ref, targets, ...rest }: StoredSchedule['evaluation']) => ({
  ...rest,
  ...(ref === null ? {} : { dataset: ref }),
  ...(targets === null ? {} : { targets }),
});

/** A schedule as the API shows it. The first of the next fires may be due already and not be decided about yet. */
export function toScheduleView(schedule: StoredSchedule, lastFires: readonly FireView[], publicUrl: string): ScheduleView {
  const { id, name, cron, timezone, pausedAt, nextAt, evaluation, createdAt, updatedAt, ...rest } = schedule;
  const self = `${publicUrl}/schedules/${id}`;
  const next = nextAt === null ? [] : [nextAt, ...nextTimes({ cron, timezone }, nextAt, SHOWN_FIRES - 1)];
  return {
    id,
    name,
    cron,
    timezone,
    evaluation: toInput(evaluation),
    ...rest,
    paused: pausedAt !== null,
    createdAt: createdAt.toISOString(),
    updatedAt: updatedAt.toISOString(),
    nextFires: next.map((time) => toZoned(time, timezone)),
    lastFires: [...lastFires],
    urls: { self, fires: `${self}/fires`, run: `${self}/run`, pause: `${self}/pause`, resume: `${self}/resume` },
  };
}
