/**
 * Mounts the commands of `isthmus`. Each command is in a file of its own.
 * @module
 */
import { Command, CommanderError } from 'commander';
import { auditCommand } from './commands/audit.ts';
import { coordinatorCommand } from './commands/coordinator.ts';
import { consentCommand } from './commands/consent.ts';
import { experimentCommand } from './commands/experiment.ts';
import { dataCommand } from './commands/data.ts';
import { initCommand } from './commands/init.ts';
import { manifestCommand } from './commands/manifest.ts';
import { platformCommand } from './commands/platform.ts';
import { privacyCommand } from './commands/privacy.ts';
import { recommendCommand } from './commands/recommend.ts';
import { secaggCommand } from './commands/secagg.ts';
import { simulateCommand } from './commands/simulate.ts';
import { EXIT } from '../host/exit-codes.ts';
import { failure } from './failure.ts';
import { version } from './version.ts';

const program = new Command('isthmus')
  .description('Cold-start recommendation across platforms that may not show each other their data.')
  .version(version)
  .showHelpAfterError('(add --help for the options and examples)')
  .exitOverride()
  .addCommand(simulateCommand())
  .addCommand(initCommand())
  .addCommand(manifestCommand())
  .addCommand(coordinatorCommand())
  .addCommand(platformCommand())
  .addCommand(recommendCommand())
  .addCommand(consentCommand())
  .addCommand(dataCommand())
  .addCommand(privacyCommand())
  .addCommand(auditCommand())
  .addCommand(experimentCommand())
  .addCommand(secaggCommand())
  .addHelpText(
    'after',
    `
Examples:
  isthmus simulate                               a whole federation on a synthetic world, with a report
  isthmus simulate --data DIR --platforms food,kitchen --target kitchen --strategy linear-bridge
  isthmus init --platforms films,books,music --out my-federation
  isthmus coordinator --manifest my-federation/manifest.yaml --identity my-federation/coordinator.key --store coordinator.db
  isthmus data inspect ratings.csv`,
  );

// Commander does not pass these settings on to a mounted command.
const inherit = (parent: Command): void => {
  for (const command of parent.commands) inherit(command.copyInheritedSettings(parent));
};
inherit(program);

/**
 * Runs the command line to its end; its exit code is set then.
 * @param onCommand called when a command begins.
 */
export async function run(onCommand: () => Promise<void>): Promise<void> {
  // The reader of our output may leave (`| head`). A platform or a coordinator must continue then.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') return;
    process.stderr.write(`isthmus: cannot write standard output: ${error.message}\n`);
    process.exit(EXIT.resource);
  });
  process.stderr.on('error', () => undefined);

  try {
    await program.hook('preAction', onCommand).parseAsync();
  } catch (error) {
    if (error instanceof CommanderError) {
      // commander has already printed the message. Help and version are no failure.
      process.exitCode = error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    } else {
      const { text, exitCode } = failure(error);
      process.stderr.write(`${text}\n`);
      process.exitCode = exitCode;
    }
  }
}
