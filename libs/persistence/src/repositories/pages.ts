import type { ObjectLiteral, SelectQueryBuilder } from 'typeorm';

/** Position in a list: that of the last entry of a page. */
export interface Cursor {
  createdAt: Date;
  id: string;
}

export interface ListOptions {
  readonly limit: number;
  readonly after?: Cursor;
}

export interface Page<T> {
  readonly rows: T[];
  /** null: this was the last page. */
  readonly next: Cursor | null;
}

/** One page, newest first; ties are broken by id, so that pages neither repeat nor skip an entry. */
export async function readPage<T extends ObjectLiteral & Cursor>(
  query: SelectQueryBuilder<T>,
  { limit, after }: ListOptions,
): Promise<Page<T>> {
  const { alias } = query;
  query
    .orderBy(`${alias}.createdAt`, 'DESC')
    .addOrderBy(`${alias}.id`, 'DESC')
    .limit(limit + 1);
  if (after) {
    query.andWhere(`(${alias}.createdAt, ${alias}.id) < (:createdAt, :id)`, { createdAt: after.createdAt, id: after.id });
  }
  const found = await query.getMany();
  const rows = found.slice(0, limit);
  const last = rows.at(-1);
  return { rows, next: found.length > limit && last ? { createdAt: last.createdAt, id: last.id } : null };
}
