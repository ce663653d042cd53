import { Injectable, NotFoundException, type PipeTransform } from '@nestjs/common';
import { ArcFleetError } from '#contracts';

/** What cannot be an id of a key is not found; it never reaches SQL. */
@Injectable()
export class KeyIdPipe implements PipeTransform<string, string> {
  transform(id: string): string {
    if (/^key_[0-9a-z]{20}$/.test(id)) return id;
    // A path of its own, which takes other methods.
    if (id === 'me') throw new NotFoundException();
    throw new ArcFleetError('not_found', 'There is no key with this id.');
  }
}
