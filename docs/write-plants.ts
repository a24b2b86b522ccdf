/**
 * Writes the table of planted bugs in docs/privacy.md: `npx tsx docs/write-plants.ts`. A test fails when it is out of date.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { withTable } from '../test/claims/plants/table.ts';

const file = join(import.meta.dirname, 'privacy.md');
writeFileSync(file, withTable(readFileSync(file, 'utf8')));
