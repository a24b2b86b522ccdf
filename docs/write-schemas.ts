/**
 * Writes the schemas that are made from code: `npx tsx docs/write-schemas.ts`. A test fails when one is out of date.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { format } from 'prettier';
import { generatedSchemas } from './generated-schemas.ts';

for (const [name, schema] of generatedSchemas()) {
  const file = join(import.meta.dirname, 'schemas', `${name}.json`);
  writeFileSync(file, await format(JSON.stringify(schema), { parser: 'json', printWidth: 120 }));
}
