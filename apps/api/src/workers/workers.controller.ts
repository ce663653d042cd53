import { Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { workerListSchema, workerViewSchema, type WorkerList, type WorkerView } from '#contracts';
import { CurrentActor, type Actor } from '../access/actor.js';
import { named, Operation } from '../http/operation.js';
import { listWorkersQuerySchema, WORKER_ID_PARAMETER, type ListWorkersQuery } from './queries.js';
import { WorkersService } from './workers.service.js';

const WORKER = named('Worker', workerViewSchema);
const params = { id: WORKER_ID_PARAMETER };

@Controller('workers')
export class WorkersController {
  constructor(private readonly workers: WorkersService) {}

  @Get()
  @Operation({
    id: 'workers.list',
    summary: 'Workers with what their slots do, those that started last first; one that is gone is kept for a day.',
    scope: 'workers:read',
    query: listWorkersQuerySchema,
    status: 200,
    answer: named('WorkerList', workerListSchema),
  })
  list(@Query({ schema: listWorkersQuerySchema }) query: ListWorkersQuery): Promise<WorkerList> {
    return this.workers.list(query);
  }

  @Get(':id')
  @Operation({ id: 'workers.get', summary: 'A worker.', scope: 'workers:read', params, status: 200, answer: WORKER })
  get(@Param('id') id: string): Promise<WorkerView> {
    return this.workers.get(id);
  }

  @Post(':id/drain')
  @HttpCode(202)
  @Operation({
    id: 'workers.drain',
    summary: 'Asks a worker to take nothing new and to leave when its ranks have ended. Asking again changes nothing.',
    scope: 'workers:write',
    params,
    status: 202,
    answer: WORKER,
    problems: [409],
  })
  drain(@Param('id') id: string, @CurrentActor() actor: Actor): Promise<WorkerView> {
    return this.workers.drain(id, actor);
  }
}
