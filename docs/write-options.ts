/**
 * Writes the table of options in docs/experiments.md: `npx tsx docs/write-options.ts`. A test fails when it is out of date.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { withOptionsTable } from './generated-options.ts';

const page = join(import.meta.dirname, 'experiments.md');
writeFileSync(page, withOptionsTable(readFileSync(page, 'utf8')));
