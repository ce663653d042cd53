import { findLeftBehind, forgetDeliveries, forgetSecrets, getWebhook, giveUpIfDisabled, registerWebhook } from '#persistence';
import { newWebhookSecret } from '#webhooks';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { silentObserver } from '#contracts';
import { ResultsScene, until } from '../testing/results-scene.js';
import { DeliveryUpkeep } from './delivery-upkeep.js';

let scene: ResultsScene;
let endpoint: string;
beforeAll(async () => {
  scene = await ResultsScene.open();
  const webhook = { url: 'https://a.example', secret: newWebhookSecret(), events: null, labels: null, description: '' };
  endpoint = (await scene.source.transaction((manager) => registerWebhook(manager, webhook))).id;
});
afterAll(() => scene?.close());

const insert = (state: string, days: number, count: number) =>
  scene.source.query(
    `with d as (insert into webhook_deliveries (id, endpoint_id, event_type, body, state, created_at)
       select 'msg_' || replace(gen_random_uuid()::text, '-', ''), $1, 'webhook.test', '{}', $2, now() - $3::int * interval '1 day'
         from generate_series(1, $4::int) returning id)
     insert into webhook_attempts (delivery_id, number, at, duration_ms) select id, 1, now(), 1 from d`,
    [endpoint, state, days, count],
  );
const counts = () =>
  scene.source.query(
    `select state, count(*)::int as n, (select count(*)::int from webhook_attempts) as attempts from webhook_deliveries group by state order by state`,
  );

it('deletes what has ended long ago, in batches, with its attempts; what is pending stays', async () => {
  await insert('delivered', 31, 2_500);
  await insert('failed', 31, 3);
  await insert('pending', 400, 2);
  await insert('delivered', 29, 4);
  // Two at once do not wait for each other.
  const deleted = await Promise.all([1, 2].map(() => forgetDeliveries(scene.source.manager, 30, 1_000)));
  expect(deleted.every((count) => count <= 1_000)).toBe(true);
  const upkeep = new DeliveryUpkeep({ dataSource: scene.source, keptDays: 30, observer: silentObserver });
  upkeep.start();
  await until('the rest', async () => ((await counts()) as { n: number }[]).reduce((sum, { n }) => sum + n, 0) === 6);
  await upkeep.stop();
  expect(await counts()).toEqual([
    { state: 'delivered', n: 4, attempts: 6 },
    { state: 'pending', n: 2, attempts: 6 },
  ]);
});

it('erases a secret that signs no more, and no other', async () => {
  const set = (until: string) =>
    scene.source.query(`update webhook_endpoints set previous_secret = 'whsec_old', previous_secret_until = ${until}`);
  await set(`now() + interval '1 hour'`);
  expect(await forgetSecrets(scene.source.manager)).toBe(0);
  // Stored to the millisecond, which may round it into the future.
  await set(`now() - interval '1 second'`);
  expect(await forgetSecrets(scene.source.manager)).toBe(1);
  expect(await getWebhook(scene.source.manager, endpoint)).toMatchObject({ previousSecret: null, previousSecretUntil: null });
});

it('gives up what was queued while its endpoint was being disabled', async () => {
  expect(await findLeftBehind(scene.source.manager, 10)).toEqual([]);
  await scene.source.transaction((manager) => giveUpIfDisabled(manager, endpoint));
  expect(await counts()).toMatchObject([{ state: 'delivered' }, { state: 'pending' }]);
  await scene.source.query(`update webhook_endpoints set disabled_at = now(), disabled_reason = 'gone'`);
  expect(await findLeftBehind(scene.source.manager, 10)).toEqual([endpoint]);
  await scene.source.transaction((manager) => giveUpIfDisabled(manager, endpoint));
  expect(await counts()).toMatchObject([{ state: 'delivered' }, { state: 'failed', n: 2 }]);
});
