import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { MAX_LABELS, patchLabels, validationError, type EditRun, type RunKind } from '#contracts';
import { appendAudit, editRun, lockRunForEdit } from '#persistence';
import type { Actor } from '../access/actor.js';
import { checkRevision } from '../http/if-match.js';
import { findUnstorable } from '../http/validation.js';

export interface EditRequest {
  readonly patch: EditRun;
  /** The one that the client has seen; null: any. */
  readonly revision: number | null;
  readonly actor: Actor;
  /** Operation of the API. */
  readonly action: string;
}

/** Changes what is no part of the work of a run, in whatever state it is. */
@Injectable()
export class RunEditing {
  constructor(private readonly dataSource: DataSource) {}

  /**
   * Gives a run another name and other labels.
   * @returns what `read` finds after it.
   * @throws ArcFleetError `not_found`, `precondition_failed`, `validation_failed`.
   */
  async edit<V>(
    kind: RunKind,
    id: string,
    { patch, revision, actor, action }: EditRequest,
    read: (manager: EntityManager) => Promise<V>,
  ): Promise<V> {
    const unstorable = findUnstorable(patch);
    if (unstorable.length > 0) throw validationError(unstorable);
    return this.dataSource.transaction(async (manager) => {
      const before = await lockRunForEdit(manager, kind, id);
      checkRevision(before.revision, revision);
      const labels = patchLabels(before.labels, patch.labels);
      const isMore = Object.keys(labels).length > Object.keys(before.labels).length;
      if (isMore && Object.keys(labels).length > MAX_LABELS) {
        throw validationError([{ pointer: '/labels', message: `would make more than ${MAX_LABELS} labels` }]);
      }
      await editRun(manager, id, { name: patch.name === undefined ? before.name : patch.name, labels });
      await appendAudit(manager, { actor: actor.id, action, resourceId: id, details: { ...patch } });
      return read(manager);
    });
  }
}
