/**
 * Mounts the commands of `isthmus`. Each command is in a file of its own.
 * @module
 */
import { Command, CommanderError } from 'commander';
import { EXIT } from '../host/exit-codes.ts';
import { loadAllowed } from './allow-option.ts';
import { failure } from './failure.ts';
import { version } from './version.ts';

/** In the order of the help. A command's modules are loaded only where it is asked for: all of them take most of a second. */
const COMMANDS: Readonly<Record<string, () => Promise<Command>>> = {
  simulate: async () => (await import('./commands/simulate.ts')).simulateCommand(),
  init: async () => (await import('./commands/init.ts')).initCommand(),
  manifest: async () => (await import('./commands/manifest.ts')).manifestCommand(),
  coordinator: async () => (await import('./commands/coordinator.ts')).coordinatorCommand(),
  platform: async () => (await import('./commands/platform.ts')).platformCommand(),
  recommend: async () => (await import('./commands/recommend.ts')).recommendCommand(),
  consent: async () => (await import('./commands/consent.ts')).consentCommand(),
  data: async () => (await import('./commands/data.ts')).dataCommand(),
  privacy: async () => (await import('./commands/privacy.ts')).privacyCommand(),
  strategies: async () => (await import('./commands/strategies.ts')).strategiesCommand(),
  study: async () => (await import('./commands/study.ts')).studyCommand(),
  audit: async () => (await import('./commands/audit.ts')).auditCommand(),
  experiment: async () => (await import('./commands/experiment.ts')).experimentCommand(),
  package: async () => (await import('./commands/package.ts')).packageCommand(),
  secagg: async () => (await import('./commands/secagg.ts')).secaggCommand(),
};

const program = new Command('isthmus')
  .description('Cold-start recommendation across platforms that may not show each other their data.')
  .version(version)
  .showHelpAfterError('(add --help for the options and examples)')
  .exitOverride()
  .addHelpText(
    'after',
    `
Examples:
  isthmus simulate                               a whole federation on a synthetic world, with a report
  isthmus simulate --data DIR --platforms food,kitchen --target kitchen --strategy linear-bridge
  isthmus init --platforms films,books,music --unsafe-trial --out my-federation
  isthmus coordinator --manifest my-federation/manifest.yaml --identity my-federation/coordinator.key --store coordinator.db
  isthmus data inspect ratings.csv`,
  );

/** @param name the first argument; if it is not a command, all commands are mounted, for help and suggestions. */
async function mount(name: string): Promise<void> {
  if (['-V', '--version'].includes(name)) return;
  const asked = Object.hasOwn(COMMANDS, name) ? [COMMANDS[name]] : Object.values(COMMANDS);
  for (const command of await Promise.all(asked.map((load) => load()))) program.addCommand(command);
  inherit(program);
}

/** Commander does not pass these settings on to a mounted command. */
function inherit(parent: Command): void {
  for (const command of parent.commands) inherit(command.copyInheritedSettings(parent));
}

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
    await mount(process.argv.at(2) ?? '');
    program.hook('preAction', async (_, command) => {
      await onCommand();
      await loadAllowed(command.opts());
    });
    await program.parseAsync();
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
