import { Controller, Delete, Get, Headers, HttpCode, Param, Put, Query, Res } from '@nestjs/common';
import type { Response } from 'express';
import { aliasHolderListSchema, modelAliasViewSchema, type AliasHolderList, type ModelAliasView } from '#contracts';
import { CurrentActor, type Actor } from '../access/actor.js';
import { parseIfMatch, setEtag } from '../http/if-match.js';
import { ETAG_HEADER, IF_MATCH, named, Operation } from '../http/operation.js';
import { ALIAS_NAME, AliasNamePipe } from './alias-name.pipe.js';
import { AliasesService } from './aliases.service.js';
import { MODEL_REF, ModelRefPipe } from './model-ref.pipe.js';
import { holdersQuerySchema, type HoldersQuery } from './queries.js';

const params = { id: MODEL_REF, alias: ALIAS_NAME };
const ALIAS = named('ModelAlias', modelAliasViewSchema);

@Controller('models/:id/aliases/:alias')
export class AliasesController {
  constructor(private readonly aliases: AliasesService) {}

  @Get()
  @Operation({
    id: 'models.getAlias',
    summary: "Who holds an alias of the model's name.",
    scope: 'models:read',
    params,
    status: 200,
    answerHeaders: ETAG_HEADER,
    answer: ALIAS,
    problems: [422],
  })
  async get(
    @Param('id', ModelRefPipe) ref: string,
    @Param('alias', AliasNamePipe) alias: string,
    @Res({ passthrough: true }) response: Response,
  ): Promise<ModelAliasView> {
    return tagged(response, await this.aliases.get(ref, alias));
  }

  @Put()
  @Operation({
    id: 'models.setAlias',
    summary: "Points an alias of the model's name at it; whoever held it holds it no more.",
    scope: 'models:write',
    params,
    headers: [IF_MATCH],
    status: 200,
    answerHeaders: ETAG_HEADER,
    answer: ALIAS,
    problems: [400, 409, 412, 422],
  })
  async set(
    @Param('id', ModelRefPipe) ref: string,
    @Param('alias', AliasNamePipe) alias: string,
    @Headers('if-match') ifMatch: string | undefined,
    @CurrentActor() actor: Actor,
    @Res({ passthrough: true }) response: Response,
  ): Promise<ModelAliasView> {
    return tagged(response, await this.aliases.set(ref, alias, parseIfMatch(ifMatch), actor));
  }

  @Delete()
  @HttpCode(204)
  @Operation({
    id: 'models.removeAlias',
    summary: 'Takes an alias away from the model that holds it.',
    scope: 'models:write',
    params,
    headers: [IF_MATCH],
    status: 204,
    answer: null,
    problems: [400, 412, 422],
  })
  remove(
    @Param('id', ModelRefPipe) ref: string,
    @Param('alias', AliasNamePipe) alias: string,
    @Headers('if-match') ifMatch: string | undefined,
    @CurrentActor() actor: Actor,
  ): Promise<void> {
    return this.aliases.remove(ref, alias, parseIfMatch(ifMatch), actor);
  }

  @Get('holders')
  @Operation({
    id: 'models.aliasHolders',
    summary: 'Every model that an alias ever pointed at, from when to when, newest first.',
    scope: 'models:read',
    params,
    query: holdersQuerySchema,
    status: 200,
    answer: named('AliasHolderList', aliasHolderListSchema),
  })
  holders(
    @Param('id', ModelRefPipe) ref: string,
    @Param('alias', AliasNamePipe) alias: string,
    @Query({ schema: holdersQuerySchema }) query: HoldersQuery,
  ): Promise<AliasHolderList> {
    return this.aliases.holders(ref, alias, query);
  }
}

function tagged(response: Response, view: ModelAliasView): ModelAliasView {
  setEtag(response, view.number);
  return view;
}
