import { Body, Controller, Delete, Get, Headers, HttpCode, Param, Patch, Post, Query, Res } from '@nestjs/common';
import type { Response } from 'express';
import { z } from 'zod';
import {
  ArcFleetError,
  createKeySchema,
  keyListSchema,
  keyViewSchema,
  keyWithTokenSchema,
  rotateKeySchema,
  updateKeySchema,
  type CreateKey,
  type KeyList,
  type KeyView,
  type KeyWithToken,
  type RotateKey,
  type UpdateKey,
} from '#contracts';
import { ANYBODY, CurrentActor, type Actor } from '../access/actor.js';
import { parseIfMatch, setEtag } from '../http/if-match.js';
import { createdHeaders, ETAG_HEADER, IDEMPOTENCY_KEY, idOf, IF_MATCH, named, Operation } from '../http/operation.js';
import { pageQuery, type PageQuery } from '../http/page.js';
import { KeyIdPipe } from './key-id.pipe.js';
import { KeysService } from './keys.service.js';

const KEY = named('Key', keyViewSchema);
const KEY_WITH_TOKEN = named('KeyWithToken', keyWithTokenSchema);
const params = { id: idOf('key') };
const listKeysQuerySchema = z.strictObject(pageQuery);
/** A rotation without a body is one with its defaults. */
const rotateBodySchema = rotateKeySchema.optional().transform((body) => body ?? rotateKeySchema.parse({}));

@Controller('keys')
export class KeysController {
  constructor(private readonly keys: KeysService) {}

  @Post()
  @Operation({
    id: 'keys.create',
    summary: 'Makes a key. The answer is the only place that shows it.',
    scope: 'keys:write',
    headers: [IDEMPOTENCY_KEY],
    body: named('CreateKey', createKeySchema),
    status: 201,
    answerHeaders: { ...createdHeaders('The key'), ...ETAG_HEADER },
    answer: KEY_WITH_TOKEN,
    problems: [400, 409],
  })
  async create(
    @Body({ schema: createKeySchema }) input: CreateKey,
    @Headers('idempotency-key') idempotencyKey: string | undefined,
    @CurrentActor() actor: Actor,
    @Res({ passthrough: true }) response: Response,
  ): Promise<KeyWithToken> {
    const { replayed, ...key } = await this.keys.create(input, actor, idempotencyKey);
    response.setHeader('Location', key.urls.self);
    return showOnce(response, key, replayed);
  }

  @Get()
  @Operation({
    id: 'keys.list',
    summary: 'Keys, newest first, without their secrets.',
    scope: 'keys:read',
    query: listKeysQuerySchema,
    status: 200,
    answer: named('KeyList', keyListSchema),
  })
  list(@Query({ schema: listKeysQuerySchema }) query: PageQuery): Promise<KeyList> {
    return this.keys.list(query);
  }

  @Get('me')
  @Operation({
    id: 'keys.me',
    summary: 'The key that asks.',
    scope: 'any',
    status: 200,
    answerHeaders: ETAG_HEADER,
    answer: KEY,
    problems: [404],
  })
  async me(@CurrentActor() actor: Actor, @Res({ passthrough: true }) response: Response): Promise<KeyView> {
    if (actor === ANYBODY) throw new ArcFleetError('not_found', 'This API asks for no keys.');
    return show(response, await this.keys.get(actor.id));
  }

  @Get(':id')
  @Operation({
    id: 'keys.get',
    summary: 'A key without its secret.',
    scope: 'keys:read',
    params,
    status: 200,
    answerHeaders: ETAG_HEADER,
    answer: KEY,
  })
  async get(@Param('id', KeyIdPipe) id: string, @Res({ passthrough: true }) response: Response): Promise<KeyView> {
    return show(response, await this.keys.get(id));
  }

  @Patch(':id')
  @Operation({
    id: 'keys.update',
    summary: 'Changes the name of a key, or when it expires.',
    scope: 'keys:write',
    params,
    headers: [IF_MATCH],
    body: named('UpdateKey', updateKeySchema),
    status: 200,
    answerHeaders: ETAG_HEADER,
    answer: KEY,
    problems: [400, 409, 412],
  })
  async update(
    @Param('id', KeyIdPipe) id: string,
    @Body({ schema: updateKeySchema }) input: UpdateKey,
    @Headers('if-match') ifMatch: string | undefined,
    @CurrentActor() actor: Actor,
    @Res({ passthrough: true }) response: Response,
  ): Promise<KeyView> {
    return show(response, await this.keys.update(id, input, actor, parseIfMatch(ifMatch)));
  }

  @Post(':id/rotate')
  @HttpCode(200)
  @Operation({
    id: 'keys.rotate',
    summary: 'Gives a key a new secret. The old one stays valid for a while.',
    scope: 'keys:write',
    params,
    headers: [IDEMPOTENCY_KEY],
    body: named('RotateKey', rotateKeySchema),
    isBodyOptional: true,
    status: 200,
    answerHeaders: ETAG_HEADER,
    answer: KEY_WITH_TOKEN,
    problems: [400, 409],
  })
  async rotate(
    @Param('id', KeyIdPipe) id: string,
    @Body({ schema: rotateBodySchema }) input: RotateKey,
    @Headers('idempotency-key') idempotencyKey: string | undefined,
    @CurrentActor() actor: Actor,
    @Res({ passthrough: true }) response: Response,
  ): Promise<KeyWithToken> {
    const { replayed, ...key } = await this.keys.rotate(id, input, actor, idempotencyKey);
    return showOnce(response, key, replayed);
  }

  @Delete(':id')
  @HttpCode(204)
  @Operation({
    id: 'keys.revoke',
    summary: 'Ends a key for good, at once.',
    scope: 'keys:write',
    params,
    status: 204,
    answer: null,
    problems: [409],
  })
  revoke(@Param('id', KeyIdPipe) id: string, @CurrentActor() actor: Actor): Promise<void> {
    return this.keys.revoke(id, actor);
  }
}

function show(response: Response, key: KeyView): KeyView {
  setEtag(response, key.revision);
  return key;
}

function showOnce(response: Response, key: KeyWithToken, replayed: boolean): KeyWithToken {
  response.setHeader('Cache-Control', 'no-store');
  setEtag(response, key.revision);
  if (replayed) response.setHeader('Idempotent-Replayed', 'true');
  return key;
}
