import type { DatasetView } from '#contracts';
import type { ApiScene } from './api-scene.js';

/** A registered data set of 12 images of 3 identities, as its validation leaves it. */
export async function aReadyDataset(scene: ApiScene, name: string, digit: string): Promise<{ id: string; ref: string }> {
  const { id } = (await scene.post('/datasets', { name, path: `/data/${name}` }).expect(202)).body as DatasetView;
  const digest = digit.repeat(64);
  const files = [{ name: 'train.rec', sizeBytes: 7, sha256: null }];
  const facts = {
    ...{ images: 12, identities: 3, width: 112, height: 112, imageBytes: 1_000, digest, fingerprint: 'f'.repeat(64), files },
    ...{ targets: { lfw: { pairs: 6, same: 3 } }, perIdentity: { min: 4, median: 4, max: 4, empty: 0 } },
  };
  await scene.source.query(
    `update datasets set state = 'ready', facts = $2, digest = $3, validated_at = clock_timestamp() where id = $1`,
    [id, JSON.stringify(facts), digest],
  );
  return { id, ref: `${name}@${digest}` };
}
