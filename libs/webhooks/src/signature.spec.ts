import { Webhook } from 'standardwebhooks';
import { describe, expect, it } from 'vitest';
import { webhookInputSchema } from '#contracts';
import { newWebhookSecret, signWebhook } from './index.js';

describe('signWebhook', () => {
  it('gives the signature of the Standard Webhooks test vector', () => {
    const signature = signWebhook('whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', {
      id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      timestamp: 1614265330,
      body: '{"test": 2432232314}',
    });
    expect(signature).toBe('v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=');
  });

  it('is verified by the reference library, with secrets that our own schema accepts', () => {
    for (let i = 0; i < 20; i += 1) {
      const secret = newWebhookSecret();
      expect(webhookInputSchema.safeParse({ url: 'https://a.test', secret }).success).toBe(true);
      const timestamp = Math.floor(Date.now() / 1_000);
      const body = JSON.stringify({ type: 'run.queued', data: { text: 'Grüße, 顔' } });
      const headers = {
        'webhook-id': 'msg_1',
        'webhook-timestamp': String(timestamp),
        'webhook-signature': signWebhook(secret, { id: 'msg_1', timestamp, body }),
      };
      expect(new Webhook(secret).verify(body, headers)).toEqual(JSON.parse(body));
      expect(() => new Webhook(secret).verify(`${body} `, headers)).toThrow();
    }
  });

  it('refuses an id with a dot, which would make the signed text ambiguous', () => {
    expect(() => signWebhook(newWebhookSecret(), { id: 'msg.1', timestamp: 1, body: '' })).toThrow(/dot/);
  });
});
