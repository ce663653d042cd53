import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runListSchema, type RunList } from '#contracts';
import { ApiScene, pointersOf, PUBLIC_URL } from '../testing/api-scene.js';

let scene: ApiScene;
let newestFirst: string[];
beforeAll(async () => {
  scene = await ApiScene.open();
  const ids: string[] = [];
  for (const statuses of [[], ['failed'], [], ['starting', 'running'], [], ['failed'], []] as const) {
    ids.push(await scene.aRun(...statuses));
  }
  // Two of the same millisecond lie on the border of a page.
  await scene.source.query(`update runs set created_at = timestamptz '2026-01-01' + array_position($1, id) * interval '1 s'`, [
    ids,
  ]);
  await scene.source.query(`update runs set created_at = '2026-01-01T00:00:05Z' where id = any($1)`, [[ids[4], ids[3]]]);
  const [third, fourth] = [ids[4] ?? '', ids[3] ?? ''].sort().reverse();
  newestFirst = [ids[6], ids[5], third, fourth, ids[2], ids[1], ids[0]].map(String);
});
afterAll(() => scene?.close());

const list = async (path: string): Promise<RunList> => runListSchema.parse((await scene.get(path).expect(200)).body);
const idsOf = ({ runs }: RunList): string[] => runs.map(({ id }) => id);

async function readAll(path: string): Promise<string[][]> {
  const pages: string[][] = [];
  for (let next: string | null = path; next !== null && pages.length < 20;) {
    const page: RunList = await list(next);
    pages.push(idsOf(page));
    if (page.next !== null) expect(page.next.startsWith(`${PUBLIC_URL}/runs?`)).toBe(true);
    next = page.next && page.next.slice(PUBLIC_URL.length);
  }
  return pages;
}

describe('GET /runs', () => {
  it('shows the newest first and ends with no next', async () => {
    expect(await readAll('/runs')).toEqual([newestFirst]);
  });

  it('gives pages that neither repeat nor skip a run, by the links of the answers', async () => {
    const pages = await readAll('/runs?limit=3');
    expect(pages.map((page) => page.length)).toEqual([3, 3, 1]);
    expect(pages.flat()).toEqual(newestFirst);
  });

  it('keeps its place when a run is created between two pages', async () => {
    const first = await list('/runs?limit=4');
    const newcomer = await scene.aRun();
    const second = await list((first.next ?? '').slice(PUBLIC_URL.length));
    await scene.source.query('delete from runs where id = $1', [newcomer]);
    expect([...idsOf(first), ...idsOf(second)]).toEqual(newestFirst);
  });

  it('filters by status over all pages', async () => {
    const failed = [newestFirst[1], newestFirst[5]];
    expect((await readAll('/runs?status=failed&limit=1')).flat()).toEqual(failed);
    expect((await readAll('/runs?status=failed,running&limit=2')).flat()).toHaveLength(3);
    expect((await readAll('/runs?status=failed&status=running')).flat()).toHaveLength(3);
    expect((await readAll('/runs?status=canceled')).flat()).toEqual([]);
  });

  it.each([
    ['limit=0', '/limit'],
    ['limit=101', '/limit'],
    ['limit=1e1', '/limit'],
    ['limit=1&limit=2', '/limit'],
    ['cursor=', '/cursor'],
    ['cursor=abc', '/cursor'],
    [`cursor=${Buffer.from('1.run_x').toString('base64url')}`, '/cursor'],
    ['status=dead', '/status/0'],
  ])('refuses ?%s', async (query, pointer) => {
    expect(pointersOf(await scene.get(`/runs?${query}`).expect(422))).toEqual([pointer]);
  });

  it('takes a well-formed cursor of any time', async () => {
    const at = (ms: string) => Buffer.from(`${ms}.run_00000000000000000000`).toString('base64url');
    expect(idsOf(await list(`/runs?cursor=${at('0')}`))).toEqual([]);
    expect(idsOf(await list(`/runs?cursor=${at('999999999999999')}`))).toEqual(newestFirst);
  });
});
