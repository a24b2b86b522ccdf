/** Runs a command in this process, for tests of its output, because starting a process takes a second. */
import { CommanderError } from 'commander';
import type { Command } from 'commander';
import { failure } from '../../cli/failure.ts';

export interface Said {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** @param args arguments after the command's name. */
export async function runHere(command: Command, ...args: readonly string[]): Promise<Said> {
  const said = { stdout: '', stderr: '' };
  const quiet = (one: Command): void => {
    one.exitOverride().configureOutput({ writeErr: (text) => (said.stderr += text) });
    for (const inner of one.commands) quiet(inner);
  };
  quiet(command);
  const undo = (['stdout', 'stderr'] as const).map((stream) => {
    const write = process[stream].write.bind(process[stream]);
    process[stream].write = (text: string | Uint8Array) => {
      said[stream] += String(text);
      return true;
    };
    return () => (process[stream].write = write);
  });
  try {
    await command.parseAsync(args, { from: 'user' });
    return { code: 0, ...said };
  } catch (error) {
    if (error instanceof CommanderError) return { code: error.exitCode === 0 ? 0 : 2, ...said };
    const { exitCode, text } = failure(error);
    return { code: exitCode, stdout: said.stdout, stderr: `${said.stderr}${text}\n` };
  } finally {
    for (const restore of undo) restore();
  }
}
