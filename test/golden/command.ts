/**
 * Runs `isthmus` commands in this process, mounted as in cli/main.ts, because separate processes would take longer than
 * everything else.
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

/** Runs one command to its end. Two commands must not run at once, because they share standard output. */
export async function isthmus(args: readonly string[]): Promise<Outcome> {
  const program = new Command('isthmus')
    .exitOverride()
    .addCommand(simulateCommand())
    .addCommand(manifestCommand())
    .addCommand(consentCommand())
    .addCommand(dataCommand())
    .addCommand(privacyCommand())
    .addCommand(secaggCommand());
  // Without this, commander would end the test process at a flag that it refuses.
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
  // Only progress: it shows seconds, and events in a random order.
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
