import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { findStoredKey, type StoredKey } from '#persistence';
import { isConnectionError } from '../http/connection-error.js';

interface Entry {
  readonly key: StoredKey | null;
  /** When it was read, on the clock of `performance.now`. */
  readonly readAt: number;
  /** It may have changed since: to be read before it is believed. */
  readonly isDoubted: boolean;
}

/** A revocation whose notification is lost takes effect after this time. */
export const KEY_TTL_MS = 3_000;
/** Without a database a key that was valid shortly before still opens what needs no database. */
const STALE_MS = 300_000;
const MAX_ENTRIES = 10_000;

/** Keys in memory, so that a request asks no database who it comes from. Ids that nobody has are known, too. */
@Injectable()
export class KeyCache {
  private readonly entries = new Map<string, Entry>();
  private readonly reading = new Map<string, Promise<StoredKey | null>>();

  constructor(private readonly dataSource: DataSource) {}

  /** True for a key that was there when it was last read, however long ago. */
  isKnown(id: string): boolean {
    return (this.entries.get(id)?.key ?? null) !== null;
  }

  /** The key, at most {@link KEY_TTL_MS} old. @throws the database's error. */
  async get(id: string): Promise<StoredKey | null> {
    const entry = this.entries.get(id);
    const age = entry ? performance.now() - entry.readAt : Infinity;
    if (entry && !entry.isDoubted && age < KEY_TTL_MS) return entry.key;
    try {
      return await (this.reading.get(id) ?? this.read(id));
    } catch (error) {
      if (entry && age < STALE_MS && isConnectionError(error)) return entry.key;
      throw error;
    }
  }

  /**
   * Reads a key that has changed again when it is next asked for, and believes nothing older. null: notifications may have been lost;
   * all are read again, and without a database stay what they were.
   */
  invalidate(id: string | null): void {
    const doubted = id === null ? [...this.entries.keys()] : [id];
    for (const each of doubted) {
      const entry = this.entries.get(each);
      if (entry) this.entries.set(each, { ...entry, isDoubted: true, ...(id === null ? {} : { readAt: -Infinity }) });
    }
    // What is being read now may have been read before the change.
    if (id === null) this.reading.clear();
    else this.reading.delete(id);
  }

  private read(id: string): Promise<StoredKey | null> {
    const readAt = performance.now();
    const reading = findStoredKey(this.dataSource.manager, id).then((key) => {
      // Read before a change: good for knowing that it is there, and to be read again.
      const isCurrent = this.reading.get(id) === reading;
      this.keep(id, { key, readAt: isCurrent ? readAt : -Infinity, isDoubted: !isCurrent });
      return key;
    });
    this.reading.set(id, reading);
    const done = (): void => {
      if (this.reading.get(id) === reading) this.reading.delete(id);
    };
    reading.then(done, done);
    return reading;
  }

  /** The least recently read go first: made-up ids push out nothing that is in use for long. */
  private keep(id: string, entry: Entry): void {
    this.entries.delete(id);
    this.entries.set(id, entry);
    if (this.entries.size <= MAX_ENTRIES) return;
    for (const [oldest] of this.entries) {
      this.entries.delete(oldest);
      break;
    }
  }
}
