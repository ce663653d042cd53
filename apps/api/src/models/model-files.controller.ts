import { Controller, Get, Param, Query, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import {
  FILE_FORMATS,
  modelFilesSchema,
  pendingFilesSchema,
  type FileFormat,
  type ModelFiles,
  type PendingFiles,
} from '#contracts';
import { CurrentActor, type Actor } from '../access/actor.js';
import { named, Operation } from '../http/operation.js';
import { FileFormatPipe } from './file-format.pipe.js';
import { ModelFilesService } from './model-files.service.js';
import { MODEL_REF, ModelRefPipe } from './model-ref.pipe.js';
import { filesQuerySchema, type FilesQuery } from './queries.js';
import { sendFile } from './send-file.js';

const text = (description: string) => ({ description, schema: { type: 'string' } });
const header = (name: string, description: string) => ({ name, in: 'header', description, schema: { type: 'string' } });

@Controller('models/:id/files')
export class ModelFilesController {
  constructor(private readonly files: ModelFilesService) {}

  /** 200 with the list when the files are there; 202 with the task that makes them otherwise. */
  @Get()
  @Operation({
    id: 'models.files',
    summary:
      'Files of a model with their checksums. Another format than the stored one is made by a task, once; a key that begins it needs models:write.',
    scope: 'models:read',
    params: { id: MODEL_REF },
    query: filesQuerySchema,
    status: 200,
    answer: named('ModelFiles', modelFilesSchema),
    others: {
      202: {
        description: 'A worker is making them; ask again when the task has ended',
        answer: named('PendingFiles', pendingFilesSchema),
        headers: { Location: text('The task') },
      },
    },
    problems: [409, 500, 503],
  })
  async list(
    @Param('id', ModelRefPipe) ref: string,
    @Query({ schema: filesQuerySchema }) { format, retry }: FilesQuery,
    @CurrentActor() actor: Actor,
    @Res({ passthrough: true }) response: Response,
  ): Promise<ModelFiles | PendingFiles> {
    const found = await this.files.list(ref, format, retry, actor);
    if ('taskId' in found) response.status(202).setHeader('Location', found.urls.task);
    return found;
  }

  @Get(':format/:file')
  @Operation({
    id: 'models.download',
    summary: 'A file of a model: whole, or a range of its bytes.',
    scope: 'models:read',
    params: {
      id: MODEL_REF,
      format: { type: 'string', enum: FILE_FORMATS },
      file: { type: 'string', description: 'A name of the list' },
    },
    headers: [
      header('Range', 'One range of bytes: `bytes=0-99`, `bytes=100-`, `bytes=-100`'),
      header('If-Range', 'The `ETag` of the part that is there: another file is sent whole'),
      header('If-None-Match', 'The `ETag` of the file that is there: 304 when it is this one'),
    ],
    status: 200,
    answerHeaders: {
      ETag: text('SHA-256 of the file'),
      'Repr-Digest': text('SHA-256 of the whole file as RFC 9530 has it: `sha-256=:<base64>:`'),
      'Content-Disposition': text('Name to save it under'),
      'Accept-Ranges': text('`bytes`'),
    },
    answer: { contentType: 'application/octet-stream', schema: { type: 'string', format: 'binary' } },
    others: {
      206: { description: 'The range that was asked for', headers: { 'Content-Range': text('Which bytes of how many') } },
      304: { description: 'The client has it' },
    },
    problems: [409, 416, 500, 503],
  })
  async download(
    @Param('id', ModelRefPipe) ref: string,
    @Param('format', FileFormatPipe) format: FileFormat,
    @Param('file') name: string,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    await sendFile(await this.files.open(ref, format, name), request, response);
  }
}
