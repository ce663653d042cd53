import { Injectable, type PipeTransform } from '@nestjs/common';
import { ArcFleetError, RUN_KIND_FACTS, RUN_KINDS, type RunKind } from '#contracts';
import { isRunId } from './queries.js';

/** What cannot be an id of the kind is not found; it never reaches SQL. An id of another kind is told its place. */
function idPipeOf(kind: RunKind) {
  const { noun } = RUN_KIND_FACTS[kind];
  @Injectable()
  class IdPipe implements PipeTransform<string, string> {
    transform(id: string): string {
      if (isRunId(id, kind)) return id;
      const other = RUN_KINDS.find((each) => isRunId(id, each));
      if (other === undefined) throw new ArcFleetError('not_found', `There is no ${noun} with this id.`);
      const { noun: found, path } = RUN_KIND_FACTS[other];
      throw new ArcFleetError('not_found', `There is no ${noun} with this id; it is that of a ${found}: see ${path}/${id}.`);
    }
  }
  return IdPipe;
}

export const RunIdPipe = idPipeOf('training');
export const EvaluationIdPipe = idPipeOf('evaluation');
export const EmbeddingIdPipe = idPipeOf('embedding');
export const TaskIdPipe = idPipeOf('task');
