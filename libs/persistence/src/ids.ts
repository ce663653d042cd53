import { randomBytes } from 'node:crypto';

const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';

/** `dts`: data set, `sch`: schedule, `fire`: one of its times, `key`: API key, `aud`: audit event, `whep`: webhook endpoint, `msg`: its deliveries. */
export type IdPrefix = 'run' | 'evl' | 'emb' | 'tsk' | 'mdl' | 'ckpt' | 'dts' | 'sch' | 'fire' | 'key' | 'aud' | 'whep' | 'msg';

/** An id like `run_3f7kq0v2m5x9c1d8b4g6`: prefix and 100 random bits, safe in URLs, file names and BullMQ job ids. */
export function newId(prefix: IdPrefix): string {
  const bytes = randomBytes(20);
  return `${prefix}_${Array.from(bytes, (byte) => ALPHABET[byte & 31]).join('')}`;
}
