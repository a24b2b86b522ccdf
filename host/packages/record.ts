/**
 * The record that a package's own run of the compliance suites leaves in its folder, bound to the hash of its files.
 * @module
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { formatPackage, packageSchema } from '../../core/packages/package-id.ts';
import { PIECE_KINDS } from '../../core/packages/pieces.ts';
import { replaceFile } from '../files.ts';
import { RECORD_FILE } from './package-folder.ts';
import type { PackageFolder } from './package-folder.ts';

export const recordSchema = z.strictObject({
  isthmus: z.literal('compliance'),
  /** Version of this project whose suites ran. */
  suites: z.string(),
  package: packageSchema,
  pieces: z.array(
    z.strictObject({
      kind: z.enum(PIECE_KINDS),
      name: z.string(),
      passed: z.int().min(0),
      failed: z.int().min(0),
      skipped: z.int().min(0),
    }),
  ),
});
export type ComplianceRecord = z.infer<typeof recordSchema>;

export function writeRecord({ path }: PackageFolder, record: ComplianceRecord): void {
  replaceFile(join(path, RECORD_FILE), `${JSON.stringify(record, null, 2)}\n`);
}

/** The record in one sentence for a person who decides about a package. It is the package's own word. */
export function recordText(folder: PackageFolder): string {
  const file = join(folder.path, RECORD_FILE);
  if (!existsSync(file)) return 'no record of compliance';
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return 'its record of compliance cannot be read';
  }
  const read = recordSchema.safeParse(json);
  if (!read.success) return 'its record of compliance cannot be read';
  const { package: of, pieces, suites } = read.data;
  if (formatPackage(of) !== formatPackage(folder.id))
    return `its record of compliance is of other files (${of.version}, ${of.hash})`;
  const counts = pieces.map(
    ({ failed, kind, name, passed, skipped }) =>
      `${kind} ${name}: ${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`,
  );
  return `its own record of these files says, with the suites of isthmus ${suites}: ${counts.join('; ')}`;
}
