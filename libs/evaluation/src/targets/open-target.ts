import type { EvaluationTarget } from '#contracts';
import type { ImageSize } from '#datasets';
import { openIdentificationTarget } from './identification-target.js';
import type { OpenTarget, OpenTargetOptions } from './target.js';
import { openTemplateTarget } from './template-target.js';
import { openVerificationTarget } from './verification-target.js';

/** Reads what a target names. @throws ArcFleetError `dataset_*`, `pickle_refused` naming the file. */
export function openTarget(target: EvaluationTarget, size: ImageSize, options: OpenTargetOptions): Promise<OpenTarget> {
  switch (target.protocol) {
    case 'verification':
      return openVerificationTarget(target, size, options);
    case 'identification':
      return openIdentificationTarget(target, size, options);
    case 'templates':
      return openTemplateTarget(target, size);
  }
}
