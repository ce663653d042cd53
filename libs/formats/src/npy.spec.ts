import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodeNpy, readNpy } from './npy.js';

// numpy 2.4.6: np.save(f, np.arange(6, dtype='<f4').reshape(2, 3) / 4)
const FROM_NUMPY =
  '934e554d5059010076007b276465736372273a20273c6634272c2027666f727472616e5f6f72646572273a2046616c73652c20277368617065273a2028322c2033292c207d' +
  '20'.repeat(58) +
  '0a000000000000803e0000003f0000403f0000803f0000a03f';

describe('npy', () => {
  let folder: string;
  let file: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'arcfleet-npy-'));
    file = join(folder, 'a.npy');
  });
  afterAll(() => rm(folder, { recursive: true }));

  it('reads what numpy writes, and writes the same bytes', async () => {
    const bytes = Buffer.from(FROM_NUMPY, 'hex');
    await writeFile(file, bytes);
    const matrix = await readNpy(file);
    expect(matrix).toEqual({ rows: 2, columns: 3, values: Float32Array.of(0, 0.25, 0.5, 0.75, 1, 1.25) });
    expect(Buffer.from(encodeNpy(matrix)).equals(bytes)).toBe(true);
  });

  it('says what it cannot take, and where', async () => {
    const good = Buffer.from(FROM_NUMPY, 'hex');
    const replaced = (from: string, to: string) => Buffer.from(good.toString('latin1').replace(from, to), 'latin1');
    const cases: [Buffer, string, RegExp][] = [
      [replaced("'<f4'", "'<f8'"), 'dataset_invalid', /holds <f8/],
      [replaced("'<f4'", "'|O' "), 'dataset_invalid', /holds \|O/],
      [replaced('False,', 'True, '), 'dataset_invalid', /Fortran/],
      [replaced('(2, 3)', '(6,)  '), 'dataset_invalid', /shape \(6\)/],
      [replaced('(2, 3)', '(9, 3)'), 'dataset_corrupt', /byte 128: 24 bytes of data where 9 x 3 float32 need 108/],
      [replaced("'shape'", "'shake'"), 'dataset_corrupt', /no shape/],
      [good.subarray(0, 50), 'dataset_corrupt', /byte 50: the file ends here/],
      [Buffer.from('hello, world!!'), 'dataset_corrupt', /byte 0: this is not a .npy file/],
    ];
    for (const [bytes, code, message] of cases) {
      await writeFile(file, bytes);
      await expect(readNpy(file)).rejects.toMatchObject({ code, message: expect.stringMatching(message) as unknown });
    }
    await expect(readNpy(join(folder, 'none.npy'))).rejects.toMatchObject({ code: 'dataset_not_found' });
  });

  it('answers any damaged byte with an error of its own or a matrix of the same size', async () => {
    const good = Buffer.from(FROM_NUMPY, 'hex');
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat({ max: good.length - 1 }), fc.nat({ max: 255 })), { minLength: 1, maxLength: 4 }),
        fc.nat({ max: good.length }),
        async (changes, length) => {
          const bytes = Buffer.from(good);
          for (const [at, value] of changes) bytes[at] = value;
          await writeFile(file, bytes.subarray(0, Math.max(length, 1)));
          const outcome = await readNpy(file).catch((error: unknown) => error);
          if (outcome instanceof Error) expect(outcome).toHaveProperty('code', expect.stringMatching(/^dataset_/));
          else expect((outcome as { values: Float32Array }).values).toHaveLength(6);
        },
      ),
      { numRuns: 500 },
    );
  });
});
