import type { Problem, SetDescription, Validation } from '#datasets';

const BAR_WIDTH = 40;

/** What `data inspect --json` prints: these fields and no other. */
export function inspectionJson({ images, identities, width, height, targets, digest }: SetDescription): string {
  return JSON.stringify({ images, identities, width, height, targets, digest });
}

/** What `data inspect` prints. */
export function inspectionText(path: string, set: SetDescription): string {
  const { perIdentity, recordZero } = set;
  const rows: [string, string][] = [
    ['kind', set.kind],
    ['images', `${count(set.images)} (${bytes(set.imageBytes)})`],
    ['identities', count(set.identities)],
    ['image size', `${set.height} x ${set.width}${set.kind === 'image_folder' ? ' (the first image)' : ''}`],
    [
      'formats',
      Object.entries(set.formats)
        .map(([name, number]) => `${name} ${count(number)}`)
        .join(', '),
    ],
    ['an identity has', `${perIdentity.min} to ${perIdentity.max} images, median ${perIdentity.median}`],
  ];
  if (set.kind === 'faces_emore') {
    const keys =
      recordZero && `images before key ${recordZero.first}, identity records ${recordZero.first}..${recordZero.end - 1}`;
    rows.push(['record 0', keys ?? 'none: every record is a sample']);
  }
  for (const [name, { pairs, same }] of Object.entries(set.targets))
    rows.push([name, `${count(pairs)} pairs, ${count(same)} of one person`]);
  rows.push(['files', set.files.map((file) => `${file.name} ${bytes(file.bytes)}`).join(', ') || 'none but the images']);
  rows.push(['digest', set.digest ?? 'none: not every image can be read']);
  const lines = [path, ...table(rows), '', '  images of an identity', ...histogram(set)];
  if (set.numProblems === 0) return [...lines, '', '  no problem seen; `arcfleet data validate` decodes every image'].join('\n');
  const hidden = set.numProblems - set.problems.length;
  return [
    ...lines,
    '',
    '  problems seen',
    ...set.problems.map((text) => `  - ${text}`),
    ...(hidden > 0 ? [`  - and ${hidden} more`] : []),
  ].join('\n');
}

function histogram({ histogram: classes }: SetDescription): string[] {
  const most = Math.max(1, ...classes.map(({ identities }) => identities));
  return classes.map(({ from, to, identities }) => {
    const range = from === to ? String(from) : `${from}-${to}`;
    return `  ${range.padStart(14)}  ${'#'.repeat(Math.ceil((identities / most) * BAR_WIDTH))} ${count(identities)}`.trimEnd();
  });
}

/** One line of `data validate`. */
export function problemLine({ severity, kind, file, why, key, byte }: Problem): string {
  const place = [key === undefined ? '' : `key ${key}`, byte === undefined ? '' : `byte ${byte}`].filter(Boolean).join(', ');
  return `${severity === 'broken' ? 'broken' : 'note  '}  ${kind}: ${file}${place && ` (${place})`}: ${why}`;
}

/** The last line of `data validate`. */
export function validationSummary(path: string, result: Validation): string {
  const decoded = result.numDecoded > 0 ? `, ${count(result.numDecoded)} decoded` : ', none decoded';
  const found = `${count(result.numImages)} images of ${count(result.numIdentities)} identities${decoded}; ${result.targets.join(', ') || 'no verification set'}`;
  const notes = result.numNotes > 0 ? `, ${result.numNotes} harmless` : '';
  return `${path}: ${result.numBroken === 0 ? 'sound' : `${count(result.numBroken)} broken`}${notes}. ${found}`;
}

function table(rows: readonly [string, string][]): string[] {
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows.map(([name, value]) => `  ${name.padEnd(width)}  ${value}`);
}

const count = (value: number): string => value.toLocaleString('en-US');

function bytes(value: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let unit = 0;
  let rest = value;
  for (; rest >= 1024 && unit < units.length - 1; unit++) rest /= 1024;
  return `${unit === 0 ? rest : rest.toFixed(1)} ${units[unit]}`;
}
