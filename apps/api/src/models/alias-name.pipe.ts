import { Injectable, type PipeTransform } from '@nestjs/common';
import { modelAliasSchema, NAME_PATTERN, validationError } from '#contracts';
import type { Json } from '../http/operation.js';

/** An alias in a path. */
export const ALIAS_NAME: Json = {
  type: 'string',
  pattern: `^${NAME_PATTERN}$`,
  description: 'Name of the alias; not a number, which is a version.',
};

/** @throws ArcFleetError `validation_failed` for what cannot be an alias. */
@Injectable()
export class AliasNamePipe implements PipeTransform<string, string> {
  transform(alias: string): string {
    const parsed = modelAliasSchema.safeParse(alias);
    if (parsed.success) return parsed.data;
    throw validationError(parsed.error.issues.map(({ message }) => ({ pointer: '/alias', message })));
  }
}
