/**
 * `isthmus` commands in this process, mounted as cli/main.ts mounts them: a process each would take longer than all else.
 * @module
 */
import { Command, CommanderError } from 'commander';
import {
  consentCommand,
  dataCommand,
  EXIT,
  failure,
  manifestCommand,
  privacyCommand,
  secaggCommand,
  simulateCommand,
} from './product.ts';

export interface Outcome {
  readonly exitCode: number;
  readonly stdout: string;
  /** The error that the command line prints; empty if none. */
  readonly error: string;
}

/** Runs one command to its end. Commands must not run side by side: standard output is the process's own. */
export async function isthmus(args: readonly string[]): Promise<Outcome> {
  const program = new Command('isthmus')
    .exitOverride()
    .addCommand(simulateCommand())
    .addCommand(manifestCommand())
    .addCommand(consentCommand())
    .addCommand(dataCommand())
    .addCommand(privacyCommand())
    .addCommand(secaggCommand());
  // Without this a flag that commander refuses would end the process of the tests.
  const inherit = (parent: Command): void => {
    for (const command of parent.commands) inherit(command.copyInheritedSettings(parent));
  };
  inherit(program);
  const { exitCode: exitCodeBefore } = process;
  const write = process.stdout.write.bind(process.stdout);
  const tell = process.stderr.write.bind(process.stderr);
  let stdout = '';
  process.exitCode = EXIT.ok;
  process.stdout.write = (text: string | Uint8Array) => {
    stdout += typeof text === 'string' ? text : Buffer.from(text).toString();
    return true;
  };
  // Progress alone: it tells seconds, and events in the order in which they happened to come.
  process.stderr.write = () => true;
  try {
    await program.parseAsync([...args], { from: 'user' });
    return { exitCode: process.exitCode, stdout, error: '' };
  } catch (error) {
    if (error instanceof CommanderError) {
      return { exitCode: error.exitCode === 0 ? EXIT.ok : EXIT.usage, stdout, error: error.message };
    }
    const { text, exitCode } = failure(error);
    return { exitCode, stdout, error: text };
  } finally {
    process.stdout.write = write;
    process.stderr.write = tell;
    process.exitCode = exitCodeBefore;
  }
}
