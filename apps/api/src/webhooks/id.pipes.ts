import { Injectable, type PipeTransform } from '@nestjs/common';
import { ArcFleetError } from '#contracts';

/** What cannot be an id is not found; it never reaches SQL. */
function idPipeOf(prefix: 'whep' | 'msg', noun: string) {
  const pattern = new RegExp(`^${prefix}_[0-9a-z]{20}$`);
  @Injectable()
  class IdPipe implements PipeTransform<string, string> {
    transform(id: string): string {
      if (pattern.test(id)) return id;
      throw new ArcFleetError('not_found', `There is no ${noun} with this id.`);
    }
  }
  return IdPipe;
}

export const WebhookIdPipe = idPipeOf('whep', 'webhook');
export const DeliveryIdPipe = idPipeOf('msg', 'delivery');
