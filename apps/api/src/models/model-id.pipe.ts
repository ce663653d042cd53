import { Injectable, type PipeTransform } from '@nestjs/common';
import { ArcFleetError } from '#contracts';

/** What cannot be the id of a model is not found; it never reaches SQL. */
@Injectable()
export class ModelIdPipe implements PipeTransform<string, string> {
  transform(id: string): string {
    if (/^mdl_[0-9a-z]{20}$/.test(id)) return id;
    throw new ArcFleetError('not_found', 'There is no model with this id.');
  }
}
