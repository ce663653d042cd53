import { readFile } from 'node:fs/promises';
import { ArcFleetError } from '#contracts';

/** Names of a list, one a line; of a line with a tab (labels.txt) what follows it. @throws ArcFleetError `dataset_not_found`, `dataset_invalid` */
export async function readIdentityList(path: string): Promise<Set<string>> {
  const text = await readFile(path, 'utf8').catch((error: Error) => {
    throw new ArcFleetError('dataset_not_found', `Cannot read ${path}: ${error.message}`, { file: path }, { cause: error });
  });
  const names = text.split('\n').map((line) => (line.split('\t').at(-1) as string).trim());
  const list = new Set(names.filter((name) => name !== ''));
  if (list.size === 0)
    throw new ArcFleetError('dataset_invalid', `${path} names nobody; one name a line is expected`, { file: path });
  return list;
}
