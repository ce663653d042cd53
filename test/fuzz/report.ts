interface Tally {
  cases: number;
  failures: number;
  statuses: Map<string, number>;
  checks: Map<string, number>;
}

interface Scenario {
  readonly recorder?: {
    readonly cases?: Record<string, { readonly value: { readonly method: string; readonly path: string } }>;
    readonly checks?: Record<string, readonly { readonly name: string; readonly status: string }[]>;
    readonly interactions?: Record<string, { readonly response?: { readonly status_code: number } | null }>;
  };
}

const OTHER = 'other methods';

/**
 * What schemathesis did to each operation, out of its events (one JSON object per line).
 * @param operations `METHOD /path` of the document; what was sent to others is one line.
 */
export function readReport(ndjson: string, operations: ReadonlySet<string>): Map<string, Tally> {
  const tallies = new Map<string, Tally>();
  for (const line of ndjson.split('\n')) {
    if (!line.startsWith('{"ScenarioFinished"')) continue;
    const { recorder } = (JSON.parse(line) as { ScenarioFinished: Scenario }).ScenarioFinished;
    if (!recorder) continue;
    for (const [id, { value }] of Object.entries(recorder.cases ?? {})) {
      const route = `${value.method} ${value.path}`;
      const label = operations.has(route) ? route : OTHER;
      const tally = tallies.get(label) ?? { cases: 0, failures: 0, statuses: new Map(), checks: new Map() };
      tallies.set(label, tally);
      tally.cases += 1;
      const status = recorder.interactions?.[id]?.response?.status_code;
      if (status !== undefined) count(tally.statuses, `${Math.floor(status / 100)}xx`);
      const failed = (recorder.checks?.[id] ?? []).filter((check) => check.status === 'failure');
      if (failed.length > 0) tally.failures += 1;
      for (const { name } of failed) count(tally.checks, name);
    }
  }
  return tallies;
}

const count = (counts: Map<string, number>, key: string): unknown => counts.set(key, (counts.get(key) ?? 0) + 1);

/** Operations x cases x failures, and how the answers fell. */
export function tableOf(tallies: ReadonlyMap<string, Tally>): string {
  const rows = [...tallies].sort(([a], [b]) => (a < b ? -1 : 1));
  const width = Math.max(10, ...rows.map(([label]) => label.length));
  const cells = (values: readonly (string | number)[]) => values.map((value) => String(value).padStart(9)).join('');
  const classes = ['2xx', '4xx', '5xx'];
  const lines = rows.map(([label, { cases, failures, statuses, checks }]) => {
    const failed = [...checks].map(([name, times]) => `${name} x${times}`).join(', ');
    return `${label.padEnd(width)}${cells([cases, failures, ...classes.map((each) => statuses.get(each) ?? 0)])}  ${failed}`.trimEnd();
  });
  const sum = (of: (tally: Tally) => number) => rows.reduce((total, [, tally]) => total + of(tally), 0);
  const totals = [
    sum(({ cases }) => cases),
    sum(({ failures }) => failures),
    ...classes.map((each) => sum((t) => t.statuses.get(each) ?? 0)),
  ];
  return [
    `${'operation'.padEnd(width)}${cells(['cases', 'failures', ...classes])}`,
    ...lines,
    `${'all'.padEnd(width)}${cells(totals)}`,
  ].join('\n');
}
