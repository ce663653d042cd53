/** What a run may be; each kind has its own configuration, all share admission, generations, records and webhooks. */
export const RUN_KINDS = ['training', 'evaluation', 'embedding', 'task'] as const;
export type RunKind = (typeof RUN_KINDS)[number];

export interface RunKindFacts {
  /** Ids begin with it, so an id tells its kind. */
  readonly prefix: 'run' | 'evl' | 'emb' | 'tsk';
  /** Where the API has them. */
  readonly path: string;
  /** Name for people. */
  readonly noun: string;
}

export const RUN_KIND_FACTS: Readonly<Record<RunKind, RunKindFacts>> = {
  training: { prefix: 'run', path: '/runs', noun: 'run' },
  evaluation: { prefix: 'evl', path: '/evaluations', noun: 'evaluation' },
  embedding: { prefix: 'emb', path: '/embeddings', noun: 'request for embeddings' },
  task: { prefix: 'tsk', path: '/tasks', noun: 'task' },
};

/** The kind of run that an id is of; what has no prefix of another kind is a training. */
export function runKindOf(id: string): RunKind {
  return RUN_KINDS.find((kind) => id.startsWith(`${RUN_KIND_FACTS[kind].prefix}_`)) ?? 'training';
}
