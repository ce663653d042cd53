import { Body, Controller, Get, Headers, HttpCode, Param, Patch, Post, Query, Res } from '@nestjs/common';
import type { Response } from 'express';
import {
  createdEvaluationSchema,
  createEvaluationSchema,
  deliveryListSchema,
  editRunSchema,
  evaluationListSchema,
  evaluationScoreListSchema,
  evaluationViewSchema,
  RUN_STREAM_EVENTS,
  type CreatedEvaluation,
  type CreateEvaluation,
  type DeliveryList,
  type EditRun,
  type EvaluationList,
  type EvaluationScoreList,
  type EvaluationView,
} from '#contracts';
import { CurrentActor, type Actor } from '../access/actor.js';
import { answerCreated } from '../http/answer-created.js';
import { parseIfMatch, setEtag } from '../http/if-match.js';
import {
  createdHeaders,
  ETAG_HEADER,
  EVENT_STREAM,
  IDEMPOTENCY_KEY,
  IF_MATCH,
  idOf,
  LAST_EVENT_ID,
  named,
  Operation,
  SEEN_ALL,
} from '../http/operation.js';
import {
  eventsQuerySchema,
  listEvaluationsQuerySchema,
  runDeliveriesQuerySchema,
  type EventsQuery,
  type ListEvaluationsQuery,
  type RunDeliveriesQuery,
} from '../runs/queries.js';
import { RunEventStream } from '../runs/run-event-stream.js';
import { EvaluationIdPipe } from '../runs/run-id.pipe.js';
import { RunsService } from '../runs/runs.service.js';
import { EvaluationsService } from './evaluations.service.js';

const EVALUATION = named('Evaluation', evaluationViewSchema);
const params = { id: idOf('evl') };

@Controller('evaluations')
export class EvaluationsController {
  constructor(
    private readonly evaluations: EvaluationsService,
    private readonly runs: RunsService,
    private readonly events: RunEventStream,
  ) {}

  @Post()
  @HttpCode(202)
  @Operation({
    id: 'evaluations.create',
    summary: 'Creates an evaluation of a model. It waits until all its ranks have a slot.',
    scope: 'evaluations:write',
    headers: [IDEMPOTENCY_KEY],
    body: named('CreateEvaluation', createEvaluationSchema),
    status: 202,
    answerHeaders: { ...createdHeaders('The evaluation'), ...ETAG_HEADER },
    answer: named('CreatedEvaluation', createdEvaluationSchema),
    problems: [400, 409],
  })
  async create(
    @Body({ schema: createEvaluationSchema }) input: CreateEvaluation,
    @Headers('idempotency-key') key: string | undefined,
    @CurrentActor() actor: Actor,
    @Res({ passthrough: true }) response: Response,
  ): Promise<CreatedEvaluation> {
    return answerCreated(response, await this.evaluations.create(input, actor, key));
  }

  @Get()
  @Operation({
    id: 'evaluations.list',
    summary: 'Evaluations with their scores, newest first.',
    scope: 'evaluations:read',
    query: listEvaluationsQuerySchema,
    status: 200,
    answer: named('EvaluationList', evaluationListSchema),
  })
  list(@Query({ schema: listEvaluationsQuerySchema }) query: ListEvaluationsQuery): Promise<EvaluationList> {
    return this.evaluations.list(query);
  }

  @Get(':id')
  @Operation({
    id: 'evaluations.get',
    summary: 'An evaluation with the scores that it has, without curves.',
    scope: 'evaluations:read',
    params,
    status: 200,
    answerHeaders: ETAG_HEADER,
    answer: EVALUATION,
  })
  async get(@Param('id', EvaluationIdPipe) id: string, @Res({ passthrough: true }) response: Response): Promise<EvaluationView> {
    const evaluation = await this.evaluations.get(id);
    setEtag(response, evaluation.revision);
    return evaluation;
  }

  @Patch(':id')
  @Operation({
    id: 'evaluations.update',
    summary: 'Changes name and labels of an evaluation in any state.',
    scope: 'evaluations:write',
    params,
    headers: [IF_MATCH],
    body: named('UpdateRun', editRunSchema),
    status: 200,
    answerHeaders: ETAG_HEADER,
    answer: EVALUATION,
    problems: [400, 412],
  })
  async edit(
    @Param('id', EvaluationIdPipe) id: string,
    @Body({ schema: editRunSchema }) patch: EditRun,
    @Headers('if-match') ifMatch: string | undefined,
    @CurrentActor() actor: Actor,
    @Res({ passthrough: true }) response: Response,
  ): Promise<EvaluationView> {
    const revision = parseIfMatch(ifMatch);
    const evaluation = await this.evaluations.edit(id, { patch, revision, actor, action: 'evaluations.update' });
    setEtag(response, evaluation.revision);
    return evaluation;
  }

  @Get(':id/scores')
  @Operation({
    id: 'evaluations.scores',
    summary: 'Its scores with ROC points and histograms.',
    scope: 'evaluations:read',
    params,
    status: 200,
    answer: named('EvaluationScores', evaluationScoreListSchema),
  })
  scores(@Param('id', EvaluationIdPipe) id: string): Promise<EvaluationScoreList> {
    return this.evaluations.scores(id);
  }

  @Post(':id/cancel')
  @HttpCode(202)
  @Operation({
    id: 'evaluations.cancel',
    summary: 'Asks an evaluation to stop.',
    scope: 'evaluations:write',
    params,
    status: 202,
    answer: EVALUATION,
    problems: [409],
  })
  cancel(@Param('id', EvaluationIdPipe) id: string, @CurrentActor() actor: Actor): Promise<EvaluationView> {
    return this.evaluations.cancel(id, actor);
  }

  @Get(':id/events')
  @Operation({
    id: 'evaluations.events',
    summary: 'Events of an evaluation as they happen. Ends after the terminal transition.',
    scope: 'evaluations:read',
    params,
    query: eventsQuerySchema,
    headers: [LAST_EVENT_ID],
    status: 200,
    answer: EVENT_STREAM(RUN_STREAM_EVENTS),
    others: SEEN_ALL,
    problems: [400],
  })
  stream(
    @Param('id', EvaluationIdPipe) id: string,
    @Headers('last-event-id') lastEventId: string | undefined,
    @Query({ schema: eventsQuerySchema }) query: EventsQuery,
    @Res() response: Response,
  ): Promise<void> {
    return this.events.send(id, lastEventId, query.after, response);
  }

  @Get(':id/deliveries')
  @Operation({
    id: 'evaluations.deliveries',
    summary: 'Webhook deliveries of an evaluation, oldest first.',
    scope: 'webhooks:read',
    params,
    query: runDeliveriesQuerySchema,
    status: 200,
    answer: named('DeliveryList', deliveryListSchema),
  })
  deliveries(
    @Param('id', EvaluationIdPipe) id: string,
    @Query({ schema: runDeliveriesQuerySchema }) query: RunDeliveriesQuery,
  ): Promise<DeliveryList> {
    return this.runs.deliveries(id, query);
  }
}
