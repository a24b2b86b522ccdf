/**
 * Writes docs/errors.md: `npx tsx docs/write-errors.ts`. A test fails when it is out of date.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { errorsPage } from './generated-errors.ts';

writeFileSync(join(import.meta.dirname, 'errors.md'), errorsPage());
