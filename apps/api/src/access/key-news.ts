import { Injectable } from '@nestjs/common';
import { KeyCache } from './key-cache.js';
import { Sessions } from './sessions.js';

/** Takes in that a key has changed, whichever process changed it. */
@Injectable()
export class KeyNews {
  constructor(
    private readonly cache: KeyCache,
    private readonly sessions: Sessions,
  ) {}

  /** null: notifications may have been lost. */
  notify(keyId: string | null): void {
    this.cache.invalidate(keyId);
    void this.sessions.check(keyId);
  }
}
