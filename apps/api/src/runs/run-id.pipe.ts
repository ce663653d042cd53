import { Injectable, type PipeTransform } from '@nestjs/common';
import { ArcFleetError } from '#contracts';
import { isRunId } from './queries.js';

/** What cannot be an id is not found; it never reaches SQL. */
@Injectable()
export class RunIdPipe implements PipeTransform<string, string> {
  transform(id: string): string {
    if (isRunId(id)) return id;
    throw new ArcFleetError('not_found', 'There is no run with this id.');
  }
}
