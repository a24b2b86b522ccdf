/**
 * `isthmus package`: the identity of an installed package, to read, compare and allow. Runs none of its code.
 * @module
 */
import { Command } from 'commander';
import { formatPackage } from '../../core/packages/package-id.ts';
import { findPackage, readPackageFolder } from '../../host/packages/package-folder.ts';
import { recordText } from '../../host/packages/record.ts';
import { text } from '../arguments.ts';

export function packageCommand(): Command {
  return new Command('package')
    .description('print the name, version and hash of an installed package from outside this project, for --allow')
    .argument('<name>', 'its name, or a path that begins with a dot or a slash', text)
    .addHelpText(
      'after',
      `
An allowed package runs with all rights of the process that loads it, on a platform with its data. Read its code first. The
record of compliance is the package's own word; run its suites yourself to check it.

Examples:
  isthmus package isthmus-example-noise
  isthmus simulate --allow "$(isthmus package isthmus-example-noise | head -1)" --release isthmus-example-noise:laplace --epsilon0 4`,
    )
    .action((name: string) => {
      const folder = readPackageFolder(/^[./]/.test(name) ? name : findPackage(name));
      process.stdout.write(`${formatPackage(folder.id)}\n${folder.path}\n${recordText(folder)}\n`);
    });
}
