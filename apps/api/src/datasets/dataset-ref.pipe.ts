import { Injectable, type PipeTransform } from '@nestjs/common';
import { ArcFleetError, parseDatasetRef } from '#contracts';

/** What is no reference is not found; it never reaches SQL. */
@Injectable()
export class DatasetRefPipe implements PipeTransform<string, string> {
  transform(ref: string): string {
    if (parseDatasetRef(ref) !== null) return ref;
    throw new ArcFleetError('not_found', 'There is no such data set. One is named by its id, by name, or by name@digest.');
  }
}

/** A name may mean another version tomorrow: what changes something takes an id. */
@Injectable()
export class DatasetIdPipe implements PipeTransform<string, string> {
  transform(ref: string): string {
    const parsed = parseDatasetRef(ref);
    if (parsed !== null && 'id' in parsed) return ref;
    throw new ArcFleetError('not_found', 'There is no data set with this id. To change one, give its id (dts_...).');
  }
}
