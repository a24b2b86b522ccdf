import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { generatedSchemas } from '../../docs/generated-schemas.ts';

describe('The schemas in docs/', () => {
  for (const [name, schema] of generatedSchemas()) {
    it(`${name}.json is what the code checks (else: npx tsx docs/write-schemas.ts)`, () => {
      const file = new URL(`../../docs/schemas/${name}.json`, import.meta.url);
      assert.deepEqual(JSON.parse(readFileSync(file, 'utf8')), JSON.parse(JSON.stringify(schema)));
    });
  }
});
