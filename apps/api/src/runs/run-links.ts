import { Injectable } from '@nestjs/common';
import type { RunView } from '#contracts';
import type { RunDetails } from '#persistence';
import { ApiSettings } from '../settings.js';

/** Where clients find a run and what belongs to it. */
@Injectable()
export class RunLinks {
  constructor(private readonly settings: ApiSettings) {}

  get list(): string {
    return `${this.settings.publicUrl}/runs`;
  }

  toView(run: RunDetails): RunView {
    const self = `${this.list}/${run.id}`;
    const urls = {
      self,
      events: `${self}/events`,
      logs: `${self}/logs`,
      metrics: `${self}/metrics`,
      deliveries: `${self}/deliveries`,
      cancel: `${self}/cancel`,
      resume: `${self}/resume`,
      clone: `${self}/clone`,
    };
    return { ...run, urls };
  }
}
