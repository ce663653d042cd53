import { Injectable } from '@nestjs/common';
import type { Request, Response } from 'express';
import { DataSource } from 'typeorm';
import { formatLogLine, RUN_KIND_FACTS, RUN_LOG_LEVELS, runKindOf, type LogPage } from '#contracts';
import { getLogState, readRunLogs, type LogFilter } from '#persistence';
import { parseLastEventId } from '../runs/run-event-stream.js';
import { ApiSettings } from '../settings.js';
import { LogStream } from './log-stream.js';
import type { LogsQuery } from './queries.js';

/** Logs of runs of any kind. */
@Injectable()
export class LogsService {
  constructor(
    private readonly dataSource: DataSource,
    private readonly stream: LogStream,
    private readonly settings: ApiSettings,
  ) {}

  /** Answers with a page or a stream, in the form that the client accepts. */
  async answer(
    id: string,
    query: LogsQuery,
    lastEventId: string | undefined,
    request: Request,
    response: Response,
  ): Promise<void> {
    if (query.follow) {
      const type = request.accepts(['text/event-stream', 'text/plain']) === 'text/plain' ? 'text/plain' : 'text/event-stream';
      const after = parseLastEventId(lastEventId) ?? query.cursor ?? 0;
      return this.stream.send(id, { filter: toFilter(query), after, type }, response);
    }
    const page = await this.page(id, query);
    if (request.accepts(['application/json', 'text/plain']) !== 'text/plain') {
      response.json(page);
      return;
    }
    if (page.next !== null) response.setHeader('Link', `<${page.next}>; rel="next"`);
    response.type('text/plain').send(page.lines.map(formatLogLine).join(''));
  }

  private async page(id: string, query: LogsQuery): Promise<LogPage> {
    const { manager } = this.dataSource;
    await getLogState(manager, id);
    const { order, limit, cursor } = query;
    const { lines, next } = await readRunLogs(manager, id, { ...toFilter(query), order, limit, after: cursor ?? null });
    return { lines, next: next === null ? null : `${this.settings.publicUrl}${pathOf(id)}?${nextQuery(query, next)}` };
  }
}

const pathOf = (id: string): string => `${RUN_KIND_FACTS[runKindOf(id)].path}/${id}/logs`;

function toFilter({ rank, generation, level, since }: LogsQuery): LogFilter {
  return {
    // An empty list is no wish.
    ranks: rank?.length ? rank : undefined,
    generation,
    levels: level && RUN_LOG_LEVELS.slice(RUN_LOG_LEVELS.indexOf(level)),
    since,
  };
}

function nextQuery({ rank, generation, level, since, order, limit }: LogsQuery, cursor: number): URLSearchParams {
  const filters = {
    rank: rank?.length ? rank.join(',') : undefined,
    generation,
    level,
    since: since?.toISOString(),
    order,
    limit,
  };
  const query = new URLSearchParams({ cursor: String(cursor) });
  for (const [name, value] of Object.entries(filters)) if (value !== undefined) query.set(name, String(value));
  return query;
}
