import { Injectable, type PipeTransform } from '@nestjs/common';
import { ArcFleetError, MODEL_REF_PATTERN, parseModelRef } from '#contracts';
import type { Json } from '../http/operation.js';

/** How a path names a model. */
export const MODEL_REF: Json = {
  type: 'string',
  pattern: MODEL_REF_PATTERN,
  description: 'Id of a model (`mdl_...`), or `name@alias`, or `name@version`.',
};

/** What cannot name a model is not found; it never reaches SQL. */
@Injectable()
export class ModelRefPipe implements PipeTransform<string, string> {
  transform(ref: string): string {
    if (parseModelRef(ref) !== null) return ref;
    throw new ArcFleetError('not_found', 'There is no model of this name: it is mdl_..., name@alias or name@version.');
  }
}
