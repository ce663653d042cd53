import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { ArcFleetError, type WorkerList, type WorkerView } from '#contracts';
import { appendAudit, getWorker, listWorkers, requestDrain, type WorkerDetails } from '#persistence';
import type { Actor } from '../access/actor.js';
import { nextPage, toPage } from '../http/page.js';
import { ApiSettings } from '../settings.js';
import { isWorkerId, type ListWorkersQuery } from './queries.js';

/** The fleet as `results` sees it. */
@Injectable()
export class WorkersService {
  constructor(
    private readonly dataSource: DataSource,
    private readonly settings: ApiSettings,
  ) {}

  async list({ state, ...page }: ListWorkersQuery): Promise<WorkerList> {
    const { workers, next } = await listWorkers(this.dataSource.manager, {
      ...toPage(page),
      ...(state?.length ? { states: state } : {}),
    });
    return {
      workers: workers.map((worker) => this.toView(worker)),
      next: nextPage(`${this.settings.publicUrl}/workers`, next, { limit: page.limit, state }),
    };
  }

  async get(id: string): Promise<WorkerView> {
    return this.toView(await getWorker(this.dataSource.manager, checkId(id)));
  }

  async drain(id: string, actor: Actor): Promise<WorkerView> {
    return this.dataSource.transaction(async (manager) => {
      await requestDrain(manager, checkId(id));
      await appendAudit(manager, { actor: actor.id, action: 'workers.drain', resourceId: id });
      return this.toView(await getWorker(manager, id));
    });
  }

  private toView(worker: WorkerDetails): WorkerView {
    const self = `${this.settings.publicUrl}/workers/${worker.id}`;
    return { ...worker, urls: { self, drain: `${self}/drain` } };
  }
}

function checkId(id: string): string {
  if (isWorkerId(id)) return id;
  throw new ArcFleetError('not_found', 'There is no worker with this id.');
}
