import { basename, resolve } from 'node:path';
import { InvalidArgumentError, type Command } from 'commander';
import { alignFace, readImageFile } from '#datasets';
import type { CliConfig } from '../config.js';
import { readLandmarks } from '../evaluate/landmarks-file.js';
import { openModel, type ModelFlags } from '../evaluate/open-model.js';
import { engineOption, integer, networkOption } from './options.js';
import { localPath } from '../local-path.js';

interface CompareFlags extends ModelFlags {
  readonly landmarks?: string;
  readonly crop?: boolean;
  readonly flip: boolean;
  readonly threshold?: number;
  readonly json?: boolean;
}

/** Squared distance of unit vectors. */
function distance(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !(value >= 0 && value <= 4)) throw new InvalidArgumentError('a number from 0 to 4 is expected');
  return value;
}

export function addCompareCommand(program: Command, config: CliConfig): void {
  program
    .command('compare')
    .description('how alike two faces are to a model')
    .argument('<model>', 'folder, file, or prefix,epoch')
    .argument('<a>', 'image file')
    .argument('<b>', 'image file')
    .option(
      '--threshold <d>',
      'squared distance below which two faces are one person (arcfleet eval prints that of each set)',
      distance,
    )
    .option('--landmarks <file>', 'per line a name and ten coordinates: faces are aligned by them')
    .option('--crop', 'take the middle of images that are neither aligned nor have landmarks')
    .option('--no-flip', 'leave out the mirrored images')
    .addOption(engineOption())
    .option('--threads <n>', 'threads of the engine (default: all cores)', integer(1, 1024))
    .addOption(networkOption())
    .option('--json', 'print one JSON object')
    .addHelpText('after', '\nExample: npx arcfleet compare models/y1-arcface-emore,1 a.jpg b.jpg --threshold 1.2')
    .action(async (model: string, a: string, b: string, flags: CompareFlags) => compare(config, model, [a, b], flags));
}

async function compare(config: CliConfig, model: string, paths: [string, string], flags: CompareFlags): Promise<void> {
  const { workingFolder } = config;
  const { flip, threshold, crop = false, json } = flags;
  const landmarks = flags.landmarks === undefined ? null : await readLandmarks(resolve(workingFolder, flags.landmarks));
  const { embedInOrder } = await import('#evaluation');
  const embedder = await openModel(config, model, flags);
  try {
    const warnings: string[] = [];
    const images = {
      count: 2,
      pixels: async (index: number): Promise<Uint8Array> => {
        const path = paths[index]!;
        const encoded = await readImageFile(localPath(workingFolder, path, 'an image of a command line'));
        const points = landmarks?.get(path) ?? landmarks?.get(basename(path));
        const options = { size: embedder, landmarks: points, unaligned: crop ? 'crop' : 'refuse' } as const;
        const { pixels, warning } = await alignFace(encoded, options, path);
        if (warning) warnings.push(warning);
        return pixels;
      },
    };
    for await (const rows of embedInOrder({ embedder, images, batchSize: 2, flip, normalize: true })) {
      const dim = embedder.embeddingSize;
      let similarity = 0;
      let squaredDistance = 0;
      for (let i = 0; i < dim; i++) {
        similarity += rows[i]! * rows[dim + i]!;
        squaredDistance += (rows[i]! - rows[dim + i]!) ** 2;
      }
      const isSame = threshold === undefined ? null : squaredDistance < threshold;
      for (const warning of warnings.sort()) console.error(`warning: ${warning}`);
      if (json) console.log(JSON.stringify({ similarity, squaredDistance, ...(isSame === null ? {} : { threshold, isSame }) }));
      else for (const line of linesOf(similarity, squaredDistance, threshold)) console.log(line);
    }
  } finally {
    await embedder.dispose();
  }
}

function linesOf(similarity: number, squaredDistance: number, threshold: number | undefined): string[] {
  const lines = [
    `cosine similarity    ${similarity.toFixed(4)}   (1: the same, 0: unrelated)`,
    `squared distance     ${squaredDistance.toFixed(4)}   (0: the same, 2: unrelated)`,
  ];
  if (threshold === undefined) {
    return [
      ...lines,
      'What that means depends on the model: arcfleet eval prints the threshold of a verification set; give it as --threshold',
    ];
  }
  return [...lines, `at ${threshold}: ${squaredDistance < threshold ? 'the same person' : 'two people'}`];
}
