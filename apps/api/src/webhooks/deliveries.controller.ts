import { Body, Controller, Get, Headers, HttpCode, Param, Post, Query, Res } from '@nestjs/common';
import type { Response } from 'express';
import {
  replayAnswerSchema,
  replayWebhookSchema,
  webhookDeliveryDetailsSchema,
  webhookDeliveryListSchema,
  webhookDeliverySchema,
  type ReplayAnswer,
  type ReplayWebhook,
  type WebhookDelivery,
  type WebhookDeliveryDetails,
  type WebhookDeliveryList,
} from '#contracts';
import { CurrentActor, type Actor } from '../access/actor.js';
import { createdHeaders, idOf, IDEMPOTENCY_KEY, named, Operation } from '../http/operation.js';
import { DeliveriesService } from './deliveries.service.js';
import { DeliveryIdPipe, WebhookIdPipe } from './id.pipes.js';
import { listDeliveriesQuerySchema, type ListDeliveriesQuery } from './queries.js';

const DELIVERY = named('WebhookDelivery', webhookDeliverySchema);
const ofWebhook = { id: idOf('whep') };
const params = { id: idOf('msg') };

@Controller()
export class DeliveriesController {
  constructor(private readonly deliveries: DeliveriesService) {}

  @Post('webhooks/:id/test')
  @HttpCode(202)
  @Operation({
    id: 'webhooks.test',
    summary: 'Sends `webhook.test` to the endpoint, whatever its filters say.',
    scope: 'webhooks:write',
    params: ofWebhook,
    headers: [IDEMPOTENCY_KEY],
    status: 202,
    answerHeaders: createdHeaders('The delivery'),
    answer: DELIVERY,
    problems: [400, 409, 422],
  })
  async test(
    @Param('id', WebhookIdPipe) id: string,
    @Headers('idempotency-key') key: string | undefined,
    @CurrentActor() actor: Actor,
    @Res({ passthrough: true }) response: Response,
  ): Promise<WebhookDelivery> {
    const { replayed, ...delivery } = await this.deliveries.test(id, actor, key);
    response.setHeader('Location', delivery.urls.self);
    if (replayed) response.setHeader('Idempotent-Replayed', 'true');
    return delivery;
  }

  @Get('webhooks/:id/deliveries')
  @Operation({
    id: 'webhooks.deliveries',
    summary: 'What was sent to the endpoint and what waits for it, newest first.',
    scope: 'webhooks:read',
    params: ofWebhook,
    query: listDeliveriesQuerySchema,
    status: 200,
    answer: named('WebhookDeliveryList', webhookDeliveryListSchema),
  })
  list(
    @Param('id', WebhookIdPipe) id: string,
    @Query({ schema: listDeliveriesQuerySchema }) query: ListDeliveriesQuery,
  ): Promise<WebhookDeliveryList> {
    return this.deliveries.list(id, query);
  }

  @Post('webhooks/:id/replay')
  @HttpCode(202)
  @Operation({
    id: 'webhooks.replay',
    summary: 'Sends what happened in a window again, oldest first, up to 1,000 deliveries.',
    scope: 'webhooks:write',
    params: ofWebhook,
    body: named('ReplayWebhook', replayWebhookSchema),
    status: 202,
    answer: named('Replay', replayAnswerSchema),
    problems: [409],
  })
  replay(
    @Param('id', WebhookIdPipe) id: string,
    @Body({ schema: replayWebhookSchema }) input: ReplayWebhook,
    @CurrentActor() actor: Actor,
  ): Promise<ReplayAnswer> {
    return this.deliveries.replay(id, input, actor);
  }

  @Get('deliveries/:id')
  @Operation({
    id: 'deliveries.get',
    summary: 'A delivery with its body and its attempts.',
    scope: 'webhooks:read',
    params,
    status: 200,
    answer: named('WebhookDeliveryDetails', webhookDeliveryDetailsSchema),
  })
  get(@Param('id', DeliveryIdPipe) id: string): Promise<WebhookDeliveryDetails> {
    return this.deliveries.get(id);
  }

  @Post('deliveries/:id/redeliver')
  @HttpCode(202)
  @Operation({
    id: 'deliveries.redeliver',
    summary: 'Sends it again, now, under the same `webhook-id`; also what was delivered.',
    scope: 'webhooks:write',
    params,
    status: 202,
    answer: DELIVERY,
    problems: [409],
  })
  redeliver(@Param('id', DeliveryIdPipe) id: string, @CurrentActor() actor: Actor): Promise<WebhookDelivery> {
    return this.deliveries.redeliver(id, actor);
  }
}
