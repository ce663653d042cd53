import type { Command } from 'commander';
import type { NetworkDescription } from '#model-zoo';

export function addNetworksCommand(program: Command): void {
  program
    .command('networks')
    .description('list the networks: parameters, operations, embedding size, output layers')
    .option('--json', 'print JSON')
    .action(async ({ json }: { json?: boolean }) => {
      // Loaded only now: the tensor library takes its time.
      const { describeNetworks } = await import('#model-zoo');
      const networks = describeNetworks();
      console.log(json ? JSON.stringify({ networks }, null, 2) : networksTable(networks).join('\n'));
    });
}

function networksTable(networks: readonly NetworkDescription[]): string[] {
  const head = ['network', 'parameters', 'M operations', 'embedding', 'output', 'description'];
  const rows = networks.map((network) => [
    network.name,
    network.numParameters.toLocaleString('en-US'),
    (network.flops / 1e6).toFixed(0),
    String(network.embeddingSize),
    network.output,
    network.description,
  ]);
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)));
  const isNumber = (column: number) => column > 0 && column < 4;
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, column) => (isNumber(column) ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0)))
      .join('  ')
      .trimEnd();
  return [
    line(head),
    ...rows.map(line),
    '',
    'Operations of one image of 112 x 112, forward; a multiplication and an addition count as two.',
  ];
}
