import { existsSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { type Command } from 'commander';
import { ArcFleetError } from '#contracts';
import { alignFace, type Landmarks } from '#datasets';
import { npyHeader, writeDurably } from '#formats';
import type { CliConfig } from '../config.js';
import { findImages } from '../evaluate/find-images.js';
import { readLandmarks } from '../evaluate/landmarks-file.js';
import { openModel, type ModelFlags } from '../evaluate/open-model.js';
import { progressLine } from '../evaluate/progress-line.js';
import { stopOnInterrupt } from '../evaluate/stop-on-interrupt.js';
import { engineOption, integer, networkOption } from './options.js';

interface EmbedFlags extends ModelFlags {
  readonly out: string;
  readonly landmarks?: string;
  readonly crop?: boolean;
  readonly flip: boolean;
  readonly normalize: boolean;
  readonly batchSize: number;
  readonly force?: boolean;
}

export function addEmbedCommand(program: Command, config: CliConfig): void {
  program
    .command('embed')
    .description('embeddings of images as a numpy array')
    .argument('<model>', 'folder, file, or prefix,epoch')
    .argument('<images...>', 'image files, folders of images, or one verification set (.bin)')
    .requiredOption('--out <file.npy>', 'float32, images x embedding size; the names go to FILE.txt beside it')
    .option('--landmarks <file>', 'per line a name and ten coordinates: faces are aligned by them')
    .option('--crop', 'take the middle of images that are neither aligned nor have landmarks')
    .option('--no-flip', 'leave out the mirrored images')
    .option('--no-normalize', 'leave the embeddings as long as they are')
    .option('--batch-size <n>', 'images that are embedded at once', integer(1, 1024), 32)
    .addOption(engineOption())
    .option('--threads <n>', 'threads of the engine (default: all cores)', integer(1, 1024))
    .addOption(networkOption())
    .option('--force', 'replace files that are there')
    .addHelpText('after', '\nExample: npx arcfleet embed models/y1-arcface-emore,1 lfw.bin --out lfw.npy')
    .action(async (model: string, images: string[], flags: EmbedFlags) => {
      process.exitCode = await embed(config, model, images, flags);
    });
}

async function embed(config: CliConfig, model: string, paths: string[], flags: EmbedFlags): Promise<number> {
  const { workingFolder } = config;
  const { flip, normalize, batchSize, crop = false } = flags;
  const out = resolve(workingFolder, flags.out);
  if (!out.endsWith('.npy')) throw new ArcFleetError('config_invalid', `--out ${flags.out} must end in .npy`);
  const stem = out.slice(0, -'.npy'.length);
  const named = await findImages(paths, workingFolder);
  const files = [out, `${stem}.txt`, ...(named.isSame ? [`${stem}.issame.json`] : [])];
  const inTheWay = files.find((file) => existsSync(file));
  if (inTheWay && !flags.force) throw new ArcFleetError('config_invalid', `${inTheWay} is there already; --force replaces it`);
  const landmarks = flags.landmarks === undefined ? null : await readLandmarks(resolve(workingFolder, flags.landmarks));

  const interrupt = stopOnInterrupt();
  const { embedInOrder, Interrupted } = await import('#evaluation');
  const embedder = await openModel(config, model, flags);
  const onProgress = progressLine(process.stderr);
  const warnings: string[] = [];
  try {
    const images = {
      count: named.names.length,
      pixels: async (index: number): Promise<Uint8Array> => {
        const options = {
          size: embedder,
          landmarks: find(landmarks, named.names[index]!),
          unaligned: crop ? 'crop' : 'refuse',
        } as const;
        const { pixels, warning } = await alignFace(await named.read(index), options, named.describe(index));
        if (warning) warnings.push(warning);
        return pixels;
      },
    };
    const { embeddingSize } = embedder;
    await writeDurably(out, async (write) => {
      await write(npyHeader(images.count, embeddingSize));
      let done = 0;
      for await (const rows of embedInOrder({ embedder, images, batchSize, flip, normalize })) {
        if (interrupt.stopMode() !== 'none') throw new Interrupted('cancel');
        await write(new Uint8Array(rows.buffer, rows.byteOffset, rows.byteLength));
        done += rows.length / embeddingSize;
        onProgress(basename(out), done, images.count);
      }
    });
    await writeDurably(files[1]!, (write) => write(Buffer.from(`${named.names.join('\n')}\n`)));
    if (named.isSame)
      await writeDurably(files[2]!, (write) => write(Buffer.from(JSON.stringify([...named.isSame!].map(Boolean)))));
    for (const warning of warnings.sort()) console.error(`warning: ${warning}`);
    console.log(
      `${out}: ${images.count} x ${embeddingSize}${normalize ? ', unit length' : ''}${flip ? ', with mirrored images' : ''}`,
    );
    for (const file of files.slice(1)) console.log(file);
    if (named.isSame) console.log(`\nnpx arcfleet score ${out} ${files[2]}`);
    return 0;
  } catch (error) {
    if (error instanceof Interrupted) return 130;
    throw error;
  } finally {
    interrupt.release();
    await embedder.dispose();
  }
}

/** By the name as it stands in the list, or by the file's own name. */
function find(landmarks: ReadonlyMap<string, Landmarks> | null, name: string): Landmarks | undefined {
  return landmarks?.get(name) ?? landmarks?.get(basename(name));
}
