/**
 * Runs a package's compliance suites under mocha and writes their record into its folder, bound to the hash of its
 * files.
 * @module
 */
import { addPackage } from '../core/packages/pieces.ts';
import type { GivenPieces, PieceKind } from '../core/packages/pieces.ts';
import { readPackageFolder } from '../host/packages/package-folder.ts';
import { writeRecord } from '../host/packages/record.ts';
import type { ComplianceRecord } from '../host/packages/record.ts';
import { version } from '../cli/version.ts';

/** Declares the suites of one piece: `piece('releaseModes', 'loud', () => releaseModeCompliance(...))`. */
export type DeclarePiece = (kind: PieceKind, name: string, suite: () => void) => void;

/**
 * Call it at the top of a mocha file. After the last test it writes `isthmus-compliance.json`.
 * @param folder of the package.
 * @param given the default export of its entry. Its pieces are known by `package:name` in the tests.
 * @throws PackageError PACKAGE_BROKEN.
 */
export function packageCompliance(folder: string, given: GivenPieces, declare: (piece: DeclarePiece) => void): void {
  const found = readPackageFolder(folder);
  const { name, version: of } = found.id;
  addPackage(found.id, given);
  const pieces: ComplianceRecord['pieces'] = [];

  describe(`compliance of ${name}@${of}`, () => {
    declare((kind, piece, suite) => {
      const counts = { kind, name: piece, passed: 0, failed: 0, skipped: 0 };
      pieces.push(counts);
      describe(`${kind} ${piece}`, () => {
        afterEach(function () {
          const state = this.currentTest?.state;
          if (state === 'passed') counts.passed += 1;
          else if (state === 'failed') counts.failed += 1;
          else counts.skipped += 1;
        });
        suite();
      });
    });

    after(() => {
      // The files as they are after the tests: a record of others would be worthless.
      const { id } = readPackageFolder(folder);
      writeRecord(found, { isthmus: 'compliance', suites: version, package: id, pieces });
    });
  });
}
