import { Body, Controller, Delete, Get, Headers, HttpCode, Param, Patch, Post, Query, Res } from '@nestjs/common';
import type { Response } from 'express';
import {
  createWebhookSchema,
  rotateSecretSchema,
  updateWebhookSchema,
  webhookListSchema,
  webhookViewSchema,
  webhookWithSecretSchema,
  type CreateWebhook,
  type RotateSecret,
  type UpdateWebhook,
  type WebhookList,
  type WebhookView,
  type WebhookWithSecret,
} from '#contracts';
import { CurrentActor, type Actor } from '../access/actor.js';
import { parseIfMatch, setEtag } from '../http/if-match.js';
import { createdHeaders, ETAG_HEADER, idOf, IDEMPOTENCY_KEY, IF_MATCH, named, Operation } from '../http/operation.js';
import { WebhookIdPipe } from './id.pipes.js';
import { listWebhooksQuerySchema, type ListWebhooksQuery } from './queries.js';
import { WebhooksService, type Revised } from './webhooks.service.js';

const WEBHOOK = named('Webhook', webhookViewSchema);
const WITH_SECRET = named('WebhookWithSecret', webhookWithSecretSchema);
const params = { id: idOf('whep') };

@Controller('webhooks')
export class WebhooksController {
  constructor(private readonly webhooks: WebhooksService) {}

  @Post()
  @HttpCode(201)
  @Operation({
    id: 'webhooks.create',
    summary: 'Registers an endpoint for events of all runs and resources. The answer shows its secret, once.',
    scope: 'webhooks:write',
    headers: [IDEMPOTENCY_KEY],
    body: named('CreateWebhook', createWebhookSchema),
    status: 201,
    answerHeaders: { ...createdHeaders('The webhook'), ...ETAG_HEADER },
    answer: WITH_SECRET,
    problems: [409],
  })
  async create(
    @Body({ schema: createWebhookSchema }) input: CreateWebhook,
    @Headers('idempotency-key') key: string | undefined,
    @CurrentActor() actor: Actor,
    @Res({ passthrough: true }) response: Response,
  ): Promise<WebhookWithSecret> {
    const { replayed, ...created } = await this.webhooks.create(input, actor, key);
    response.setHeader('Location', created.view.urls.self);
    if (replayed) response.setHeader('Idempotent-Replayed', 'true');
    return withEtag(response, created);
  }

  @Get()
  @Operation({
    id: 'webhooks.list',
    summary: 'Registered endpoints, or those of a run, newest first.',
    scope: 'webhooks:read',
    query: listWebhooksQuerySchema,
    status: 200,
    answer: named('WebhookList', webhookListSchema),
  })
  list(@Query({ schema: listWebhooksQuerySchema }) query: ListWebhooksQuery): Promise<WebhookList> {
    return this.webhooks.list(query);
  }

  @Get(':id')
  @Operation({
    id: 'webhooks.get',
    summary: 'An endpoint: what it hears of and how it does.',
    scope: 'webhooks:read',
    params,
    status: 200,
    answerHeaders: ETAG_HEADER,
    answer: WEBHOOK,
  })
  async get(@Param('id', WebhookIdPipe) id: string, @Res({ passthrough: true }) response: Response): Promise<WebhookView> {
    return withEtag(response, await this.webhooks.get(id));
  }

  @Patch(':id')
  @Operation({
    id: 'webhooks.update',
    summary: 'Changes URL, filters or description; what is pending goes to the new URL.',
    scope: 'webhooks:write',
    params,
    headers: [IF_MATCH],
    body: named('UpdateWebhook', updateWebhookSchema),
    status: 200,
    answerHeaders: ETAG_HEADER,
    answer: WEBHOOK,
    problems: [412],
  })
  async update(
    @Param('id', WebhookIdPipe) id: string,
    @Body({ schema: updateWebhookSchema }) input: UpdateWebhook,
    @Headers('if-match') ifMatch: string | undefined,
    @CurrentActor() actor: Actor,
    @Res({ passthrough: true }) response: Response,
  ): Promise<WebhookView> {
    return withEtag(response, await this.webhooks.update(id, input, parseIfMatch(ifMatch), actor));
  }

  @Delete(':id')
  @HttpCode(204)
  @Operation({
    id: 'webhooks.delete',
    summary: 'Deletes an endpoint with its deliveries.',
    scope: 'webhooks:write',
    params,
    headers: [IF_MATCH],
    status: 204,
    answer: null,
    problems: [400, 412],
  })
  async delete(
    @Param('id', WebhookIdPipe) id: string,
    @Headers('if-match') ifMatch: string | undefined,
    @CurrentActor() actor: Actor,
  ): Promise<void> {
    await this.webhooks.delete(id, parseIfMatch(ifMatch), actor);
  }

  @Post(':id/rotate-secret')
  @HttpCode(200)
  @Operation({
    id: 'webhooks.rotateSecret',
    summary: 'Replaces the secret; the one before signs, too, while they overlap. The answer shows the new one, once.',
    scope: 'webhooks:write',
    params,
    body: named('RotateSecret', rotateSecretSchema),
    isBodyOptional: true,
    status: 200,
    answerHeaders: ETAG_HEADER,
    answer: WITH_SECRET,
    problems: [409],
  })
  async rotateSecret(
    @Param('id', WebhookIdPipe) id: string,
    @Body({ schema: rotateSecretSchema }) input: RotateSecret,
    @CurrentActor() actor: Actor,
    @Res({ passthrough: true }) response: Response,
  ): Promise<WebhookWithSecret> {
    return withEtag(response, await this.webhooks.rotateSecret(id, input, actor));
  }

  @Post(':id/enable')
  @HttpCode(200)
  @Operation({
    id: 'webhooks.enable',
    summary: 'Sends to the endpoint again. What was given up comes by a replay.',
    scope: 'webhooks:write',
    params,
    status: 200,
    answerHeaders: ETAG_HEADER,
    answer: WEBHOOK,
  })
  async enable(
    @Param('id', WebhookIdPipe) id: string,
    @CurrentActor() actor: Actor,
    @Res({ passthrough: true }) response: Response,
  ): Promise<WebhookView> {
    return withEtag(response, await this.webhooks.enable(id, actor));
  }

  @Post(':id/disable')
  @HttpCode(200)
  @Operation({
    id: 'webhooks.disable',
    summary: 'Sends nothing more to the endpoint and queues nothing for it; what is pending is given up.',
    scope: 'webhooks:write',
    params,
    status: 200,
    answerHeaders: ETAG_HEADER,
    answer: WEBHOOK,
  })
  async disable(
    @Param('id', WebhookIdPipe) id: string,
    @CurrentActor() actor: Actor,
    @Res({ passthrough: true }) response: Response,
  ): Promise<WebhookView> {
    return withEtag(response, await this.webhooks.disable(id, actor));
  }
}

function withEtag<V>(response: Response, { view, revision }: Revised<V>): V {
  setEtag(response, revision);
  return view;
}
