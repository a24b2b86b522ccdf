/**
 * Runs the `isthmus` command in separate processes, for tests from the view of a new user or an operator.
 * @module
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { builtIfNew, ROOT } from './built.ts';

export { ROOT };
const program = builtIfNew();

/** The built program if it is as new as the sources; otherwise the sources themselves, which start more slowly. */
export const COMMAND: readonly string[] =
  program !== undefined
    ? [process.execPath, program]
    : [process.execPath, '--import', import.meta.resolve('../typescript.mjs'), join(ROOT, 'cli/main.ts')];

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export type Told = Readonly<Record<string, unknown>> & { readonly kind: string };

/** A running command. Its output is kept, and JSON lines on standard output are its events. */
export class Running {
  readonly ended: Promise<Ended>;
  readonly #process: ChildProcess;
  readonly #events: Told[] = [];
  readonly #waiting = new Set<() => void>();
  #stdout = '';
  #stderr = '';
  #isOver = false;

  constructor(process: ChildProcess) {
    this.#process = process;
    const { stdout, stderr } = process;
    assert.ok(stdout && stderr);
    stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr += text;
      this.#wake();
    });
    createInterface({ input: stdout }).on('line', (line) => {
      this.#stdout += `${line}\n`;
      const event = parsed(line);
      if (event !== undefined) this.#events.push(event);
      this.#wake();
    });
    this.ended = new Promise((resolve, reject) => {
      process.once('error', reject);
      process.once('close', (code, signal) => {
        this.#isOver = true;
        this.#wake();
        resolve({ code, signal, stdout: this.#stdout, stderr: this.#stderr });
      });
    });
  }

  get pid(): number {
    assert.ok(this.#process.pid !== undefined);
    return this.#process.pid;
  }

  get events(): readonly Told[] {
    return this.#events;
  }

  get stdout(): string {
    return this.#stdout;
  }

  get stderr(): string {
    return this.#stderr;
  }

  /** Types on the command's terminal. */
  type(text: string): void {
    assert.ok(this.#process.stdin);
    this.#process.stdin.write(text);
  }

  signal(signal: NodeJS.Signals): void {
    this.#process.kill(signal);
  }

  /** Stops the command, and waits for its end. */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<Ended> {
    this.signal(signal);
    return this.ended;
  }

  /** The first event after `from` that matches. Fails with the command's output if it ends before. */
  event(fits: (event: Told) => boolean, from = 0): Promise<Told> {
    return this.#until(() => this.#events.slice(from).find(fits), `no such event: ${String(fits)}`);
  }

  /** Resolves once its standard output or standard error contains the text. */
  says(pattern: RegExp): Promise<RegExpExecArray> {
    const look = (): RegExpExecArray | undefined =>
      pattern.exec(this.#stdout) ?? pattern.exec(this.#stderr) ?? undefined;
    return this.#until(look, `never said ${String(pattern)}`);
  }

  #until<Value>(look: () => Value | undefined, otherwise: string): Promise<Value> {
    return new Promise((resolve, reject) => {
      const again = (): void => {
        const found = look();
        if (found === undefined && !this.#isOver) return;
        this.#waiting.delete(again);
        if (found !== undefined) resolve(found);
        else reject(new Error(`the process ended; ${otherwise}\n${this.#stdout}\n${this.#stderr}`));
      };
      this.#waiting.add(again);
      again();
    });
  }

  #wake(): void {
    for (const again of [...this.#waiting]) again();
  }
}

function parsed(line: string): Told | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null && 'kind' in value ? (value as Told) : undefined;
  } catch {
    return undefined;
  }
}

/** A clean working folder, with every process started in it. */
export class Workplace {
  readonly folder: string;
  readonly #command: readonly string[];
  readonly #running = new Set<Running>();

  private constructor(folder: string, command: readonly string[]) {
    this.folder = folder;
    this.#command = command;
  }

  /** @param command another build of the program. */
  static async make(command: readonly string[] = COMMAND): Promise<Workplace> {
    return new Workplace(await mkdtemp(join(tmpdir(), 'isthmus-e2e-')), command);
  }

  path(...parts: readonly string[]): string {
    return join(this.folder, ...parts);
  }

  /** Starts `isthmus` with these arguments. */
  start(...args: readonly string[]): Running {
    return this.spawn([...this.#command, ...args]);
  }

  /** Runs `isthmus` to its end. */
  run(...args: readonly string[]): Promise<Ended> {
    return this.start(...args).ended;
  }

  spawn(
    [program, ...args]: readonly string[],
    environment: Readonly<Record<string, string>> = {},
    stdin: 'ignore' | 'pipe' = 'ignore',
  ): Running {
    const env = { ...process.env, ...environment };
    const running = new Running(spawn(program, args, { cwd: this.folder, stdio: [stdin, 'pipe', 'pipe'], env }));
    this.#running.add(running);
    void running.ended.finally(() => this.#running.delete(running));
    return running;
  }

  /** Ends processes that a failed test left running, and removes the folder. */
  async leave(): Promise<void> {
    const left = [...this.#running];
    for (const running of left) running.signal('SIGKILL');
    await Promise.allSettled(left.map(({ ended }) => ended));
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** All descendants of a process, without zombies. Linux only. */
export function descendants(pid: number): readonly { readonly pid: number; readonly command: string }[] {
  const children = processes().filter(({ parent }) => parent === pid);
  return children.flatMap((child) => [child, ...descendants(child.pid)]);
}

export function isAlive(pid: number): boolean {
  return processes().some((one) => one.pid === pid);
}

function processes(): readonly { readonly pid: number; readonly parent: number; readonly command: string }[] {
  const read = (pid: string, file: string): string => {
    try {
      return readFileSync(`/proc/${pid}/${file}`, 'utf8');
    } catch {
      // The process has ended since it was listed.
      return '';
    }
  };
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      const stat = /^\d+ \(.*\) (\S) (\d+)/s.exec(read(pid, 'stat'));
      if (stat === null || stat[1] === 'Z' || stat[1] === 'X') return [];
      return [{ pid: Number(pid), parent: Number(stat[2]), command: read(pid, 'cmdline').replaceAll('\0', ' ') }];
    });
}
