import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { z } from 'zod';
import { ArcFleetError } from '#contracts';
import { readNpy } from '#formats';
import { scoreEmbeddings, type EmbeddingScores } from '#verification';
import type { CliConfig } from '../config.js';

const isSameSchema = z.array(z.union([z.boolean(), z.literal(0), z.literal(1)])).max(100_000_000);

export function addScoreCommand(program: Command, config: CliConfig): void {
  program
    .command('score')
    .description('score embeddings of any origin by the 10-fold verification protocol')
    .argument('<embeddings>', '.npy file, float32, N x d; rows 2i and 2i+1 are a pair')
    .argument('<issame>', 'JSON file: one true or false (1 or 0) per pair')
    .option('--json', 'print one JSON object')
    .action(async (embeddings: string, issame: string, { json = false }: { json?: boolean }) => {
      const { columns, values } = await readNpy(resolve(config.workingFolder, embeddings));
      const scores = scoreEmbeddings(values, columns, await readIsSame(resolve(config.workingFolder, issame)));
      console.log(json ? JSON.stringify(scores) : table(scores));
    });
}

async function readIsSame(path: string): Promise<Uint8Array> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    throw new ArcFleetError('dataset_not_found', `Cannot open ${path}: ${(error as Error).message}`, { file: path });
  }
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (error) {
    throw new ArcFleetError('dataset_corrupt', `${path} is not JSON: ${(error as Error).message}`, { file: path });
  }
  const result = isSameSchema.safeParse(parsed);
  if (!result.success) {
    const where = result.error.issues[0]?.path.join('.') ?? '';
    throw new ArcFleetError('dataset_invalid', `${path} must be an array of true and false${where && ` (see entry ${where})`}`, {
      file: path,
    });
  }
  return Uint8Array.from(result.data, Number);
}

function table({ pairs, accuracy, std, thresholds, xnorm, tarAtFar }: EmbeddingScores): string {
  const threshold = thresholds.reduce((sum, value) => sum + value, 0) / thresholds.length;
  const rows: [string, string][] = [
    ['pairs', String(pairs)],
    ['accuracy', `${(100 * accuracy).toFixed(3)} +- ${(100 * std).toFixed(3)} %`],
    ['threshold', `${threshold.toFixed(4)} (squared distance)`],
    ['xnorm', xnorm.toFixed(4)],
    ...Object.entries(tarAtFar).map(([far, { tar }]): [string, string] => [`TAR@FAR=${far}`, `${(100 * tar).toFixed(3)} %`]),
  ];
  return rows.map(([name, value]) => `${name.padEnd(16)}${value}`).join('\n');
}
