import { Injectable, type PipeTransform } from '@nestjs/common';
import { ArcFleetError, FILE_FORMATS, type FileFormat } from '#contracts';

/** What is no format is not found. */
@Injectable()
export class FileFormatPipe implements PipeTransform<string, FileFormat> {
  transform(format: string): FileFormat {
    const known = FILE_FORMATS.find((each) => each === format);
    if (known) return known;
    throw new ArcFleetError('not_found', `There is no such format of files; there are ${FILE_FORMATS.join(', ')}.`);
  }
}
