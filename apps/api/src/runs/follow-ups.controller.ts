import { Body, Controller, Headers, HttpCode, Param, Post, Res } from '@nestjs/common';
import type { Response } from 'express';
import { createdRunSchema, followUpSchema, type CreatedRun, type FollowUpInput } from '#contracts';
import { CurrentActor, type Actor } from '../access/actor.js';
import { answerCreated } from '../http/answer-created.js';
import { createdHeaders, ETAG_HEADER, IDEMPOTENCY_KEY, idOf, named, Operation } from '../http/operation.js';
import { FollowUpsService } from './follow-ups.service.js';
import { RunIdPipe } from './run-id.pipe.js';

/** Without a body nothing differs. */
const body = followUpSchema.prefault({});
const shared = {
  scope: 'runs:write',
  params: { id: idOf('run') },
  headers: [IDEMPOTENCY_KEY],
  body: named('FollowUp', followUpSchema),
  isBodyOptional: true,
  status: 202,
  answerHeaders: { ...createdHeaders('The new run'), ...ETAG_HEADER },
  answer: named('CreatedRun', createdRunSchema),
} as const;

@Controller('runs')
export class FollowUpsController {
  constructor(private readonly followUps: FollowUpsService) {}

  @Post(':id/resume')
  @HttpCode(202)
  @Operation({
    ...shared,
    id: 'runs.resume',
    summary: 'Creates a run that goes on from the last checkpoint of one that has ended.',
    problems: [400, 409],
  })
  async resume(
    @Param('id', RunIdPipe) id: string,
    @Body({ schema: body }) input: FollowUpInput,
    @Headers('idempotency-key') key: string | undefined,
    @CurrentActor() actor: Actor,
    @Res({ passthrough: true }) response: Response,
  ): Promise<CreatedRun> {
    return answerCreated(response, await this.followUps.resume(id, input, actor, key));
  }

  @Post(':id/clone')
  @HttpCode(202)
  @Operation({
    ...shared,
    id: 'runs.clone',
    summary: 'Creates a run with the configuration of another one, and with what is to differ.',
    problems: [400, 409],
  })
  async clone(
    @Param('id', RunIdPipe) id: string,
    @Body({ schema: body }) input: FollowUpInput,
    @Headers('idempotency-key') key: string | undefined,
    @CurrentActor() actor: Actor,
    @Res({ passthrough: true }) response: Response,
  ): Promise<CreatedRun> {
    return answerCreated(response, await this.followUps.clone(id, input, actor, key));
  }
}
