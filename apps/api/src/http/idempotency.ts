import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { ArcFleetError } from '#contracts';
import { once } from '#persistence';
import type { Actor } from '../access/actor.js';

const KEY_LIFE_MS = 24 * 3_600_000;

export interface OnceRequest {
  /** For example `POST /runs`: keys of different routes do not meet. */
  readonly route: string;
  /** Keys of different actors do not meet either. */
  readonly actor: Actor;
  /** The parsed body, and whatever else decides what is done. */
  readonly input: unknown;
  /** Value of the header `Idempotency-Key`. */
  readonly key: string | undefined;
  readonly status: number;
}

/** What was created, and what is shown once and not kept with the answer. */
export interface Made<V extends object, S extends object> {
  readonly view: V;
  readonly secrets: S;
}

/** `Idempotency-Key` for everything that creates. */
@Injectable()
export class Idempotency {
  constructor(private readonly dataSource: DataSource) {}

  /**
   * Runs `create` in one transaction, with its answer under the request's Idempotency-Key if there is one. A repeat gets the first
   * answer as it was then, without secrets: `noSecrets` stands in their place.
   *
   * @throws ArcFleetError `malformed_request` for a key that is none, or what `once` throws.
   */
  async once<V extends object, S extends object>(
    { route, actor, input, key: header, status }: OnceRequest,
    noSecrets: S,
    create: (manager: EntityManager) => Promise<Made<V, S>>,
  ): Promise<V & S & { replayed: boolean }> {
    const key = parseIdempotencyKey(header);
    return this.dataSource.transaction(async (manager) => {
      if (key === null) {
        const { view, secrets } = await create(manager);
        return { ...view, ...secrets, replayed: false };
      }
      const fingerprint = createHash('sha256').update(JSON.stringify(input)).digest('hex');
      let shown = noSecrets;
      const request = { key: `${actor.id}/${key}`, route, fingerprint, ttlMs: KEY_LIFE_MS };
      const { response, replayed } = await once(manager, request, async () => {
        const { view, secrets } = await create(manager);
        shown = secrets;
        return { status, response: view as Record<string, unknown> };
      });
      return { ...(response as V), ...shown, replayed };
    });
  }
}

/**
 * The key of an `Idempotency-Key` header: a quoted string, as the draft has it, or a bare token; null when there is none.
 * @throws ArcFleetError `malformed_request`.
 */
export function parseIdempotencyKey(header: string | undefined): string | null {
  if (header === undefined) return null;
  const key = /^"(.*)"$/.exec(header)?.[1] ?? header;
  if (/^[\x21-\x7e]{1,255}$/.test(key)) return key;
  throw new ArcFleetError('malformed_request', 'Idempotency-Key must be 1 to 255 visible ASCII characters without spaces.');
}
