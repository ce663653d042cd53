import { Injectable, type PipeTransform } from '@nestjs/common';
import { z } from 'zod';
import { ArcFleetError, scheduleNameSchema } from '#contracts';
import { parameter } from '../http/operation.js';
import { pageQuery } from '../http/page.js';

export const listSchedulesQuerySchema = z.strictObject({
  ...pageQuery,
  paused: parameter(
    z
      .enum(['true', 'false'])
      .transform((text) => text === 'true')
      .optional(),
    'Only those that are paused, or that are not',
    { type: 'boolean' },
  ),
  name: parameter(scheduleNameSchema.optional(), 'Only the one of this name', { type: 'string' }),
});
export type ListSchedulesQuery = z.output<typeof listSchedulesQuerySchema>;

export const listFiresQuerySchema = z.strictObject(pageQuery);
export type ListFiresQuery = z.output<typeof listFiresQuerySchema>;

/** What cannot be an id is not found; it never reaches SQL. */
@Injectable()
export class ScheduleIdPipe implements PipeTransform<string, string> {
  transform(id: string): string {
    if (/^sch_[0-9a-z]{20}$/.test(id)) return id;
    throw new ArcFleetError('not_found', 'There is no schedule with this id.');
  }
}
