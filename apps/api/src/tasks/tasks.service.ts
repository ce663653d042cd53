import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { TaskList, TaskView } from '#contracts';
import { appendAudit, getTask, listTasks, requestCancel, type TaskDetails } from '#persistence';
import type { Actor } from '../access/actor.js';
import { nextPage, toPage } from '../http/page.js';
import type { ListJobsQuery } from '../runs/queries.js';
import { ApiSettings } from '../settings.js';

@Injectable()
export class TasksService {
  constructor(
    private readonly dataSource: DataSource,
    private readonly settings: ApiSettings,
  ) {}

  async get(id: string): Promise<TaskView> {
    return this.toView(await getTask(this.dataSource.manager, id));
  }

  async list({ status, ...page }: ListJobsQuery): Promise<TaskList> {
    const { tasks, next } = await listTasks(this.dataSource.manager, {
      ...toPage(page),
      ...(status ? { statuses: status } : {}),
    });
    return {
      tasks: tasks.map((task) => this.toView(task)),
      next: nextPage(`${this.settings.publicUrl}/tasks`, next, { limit: page.limit, status }),
    };
  }

  async cancel(id: string, actor: Actor): Promise<TaskView> {
    return this.dataSource.transaction(async (manager) => {
      await requestCancel(manager, id);
      await appendAudit(manager, { actor: actor.id, action: 'tasks.cancel', resourceId: id });
      return this.toView(await getTask(manager, id));
    });
  }

  private toView(task: TaskDetails): TaskView {
    const self = `${this.settings.publicUrl}/tasks/${task.id}`;
    return { ...task, urls: { self, events: `${self}/events`, logs: `${self}/logs`, cancel: `${self}/cancel` } };
  }
}
