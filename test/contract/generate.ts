import { readFileSync, writeFileSync } from 'node:fs';
import openapiTS, { astToString, type OpenAPI3 } from 'openapi-typescript';
import { format } from 'prettier';
import { API_ROUTES } from '../../apps/api/src/app.module.js';
import { buildOpenApi } from '../../apps/api/src/openapi/document.js';
import { readDescriptions } from './read-descriptions.js';

const root = new URL('../../../', import.meta.url);
const MADE = '// Made by `npm run openapi`; not edited by hand.\n';

/** Files that follow from the handlers and schemas, by their path: text as it should be. */
export async function generate(): Promise<Record<string, string>> {
  const { version } = JSON.parse(readFileSync(new URL('package.json', root), 'utf8')) as { version: string };
  const bare = buildOpenApi(version, API_ROUTES, {}) as { components: { schemas: Record<string, Record<string, unknown>> } };
  const descriptions = readDescriptions(bare.components.schemas);
  const document = buildOpenApi(version, API_ROUTES, descriptions);
  const types = astToString(await openapiTS(structuredClone(document) as unknown as OpenAPI3, { defaultNonNullable: false }));
  const table = `import type { Descriptions } from './components.js';\n\n/** What the comments of schemas say; the document carries it. */\nexport const DESCRIPTIONS: Descriptions = ${JSON.stringify(descriptions)};\n`;
  return {
    'apps/api/src/openapi/descriptions.ts': await pretty(MADE + table),
    'docs/openapi.json': `${JSON.stringify(document, null, 2)}\n`,
    'libs/client/src/openapi.ts': await pretty(MADE + types),
  };
}

const pretty = (text: string): Promise<string> =>
  format(text, { parser: 'typescript', singleQuote: true, printWidth: 130, trailingComma: 'all' });

/** Paths of the files that are not as they should be. */
export async function findStale(): Promise<string[]> {
  return Object.entries(await generate()).flatMap(([path, text]) => (read(path) === text ? [] : [path]));
}

/** Writes them. */
export async function writeAll(): Promise<void> {
  for (const [path, text] of Object.entries(await generate())) {
    if (read(path) === text) continue;
    writeFileSync(new URL(path, root), text);
    console.log(`written: ${path}`);
  }
}

function read(path: string): string | null {
  try {
    return readFileSync(new URL(path, root), 'utf8');
  } catch {
    return null;
  }
}
