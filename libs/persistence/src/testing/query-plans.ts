import type { DataSource, EntityManager } from 'typeorm';

interface PlanNode {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly 'Index Name'?: string;
  readonly 'Shared Hit Blocks': number;
  readonly 'Shared Read Blocks': number;
  readonly Plans?: readonly PlanNode[];
}

/** How Postgres answered one statement. */
export interface QueryPlan {
  readonly sql: string;
  /** Tables that were read from end to end. */
  readonly scannedTables: readonly string[];
  readonly indexes: readonly string[];
  /** Pages of 8 kB that were looked at: what grows with the tables, on any machine. */
  readonly blocks: number;
  readonly ms: number;
}

/** Plans of every statement that `work` sends; all of it is undone. */
export async function plansOf(source: DataSource, work: (manager: EntityManager) => Promise<unknown>): Promise<QueryPlan[]> {
  const plans: QueryPlan[] = [];
  const runner = source.createQueryRunner();
  const send = runner.query.bind(runner);
  await runner.startTransaction();
  try {
    runner.query = async (sql: string, parameters?: unknown[], useStructuredResult?: boolean) => {
      if (/^\s*(select|insert|update|delete|with)\b/i.test(sql)) {
        await send('savepoint explained');
        const [row] = (await send(`explain (analyze, buffers, format json) ${sql}`, parameters)) as [
          { 'QUERY PLAN': [{ Plan: PlanNode; 'Execution Time': number }] },
        ];
        await send('rollback to savepoint explained');
        plans.push(toPlan(sql, row['QUERY PLAN'][0]));
      }
      return send(sql, parameters, useStructuredResult as never) as Promise<never>;
    };
    await work(runner.manager);
  } finally {
    runner.query = send;
    await runner.rollbackTransaction();
    await runner.release();
  }
  return plans;
}

function toPlan(sql: string, { Plan: root, 'Execution Time': ms }: { Plan: PlanNode; 'Execution Time': number }): QueryPlan {
  const nodes = flatten(root);
  return {
    sql,
    scannedTables: nodes.flatMap((node) => (node['Node Type'] === 'Seq Scan' ? (node['Relation Name'] ?? []) : [])),
    indexes: [...new Set(nodes.flatMap((node) => node['Index Name'] ?? []))],
    blocks: root['Shared Hit Blocks'] + root['Shared Read Blocks'],
    ms,
  };
}

const flatten = (node: PlanNode): PlanNode[] => [node, ...(node.Plans ?? []).flatMap(flatten)];
