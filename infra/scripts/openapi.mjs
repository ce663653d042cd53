// `npm run openapi`: makes the committed contract anew: docs/openapi.json, the client's types, descriptions out of comments.
// A build comes first, whose errors may come from the very types that are to be made; one comes after, which must be clean.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));
const build = (stdio) =>
  spawnSync(process.execPath, ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.json'], { cwd: root, stdio });

build('ignore');
const { writeAll } = await import('../../dist/test/contract/generate.js');
await writeAll();
process.exitCode = build('inherit').status ?? 1;
