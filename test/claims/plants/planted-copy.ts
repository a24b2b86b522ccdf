/**
 * A copy of the working tree, beside it, in which bugs are planted one after the other and tests are run.
 */
import { execFileSync, spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Plant } from './plant.ts';

const ROOT = new URL('../../..', import.meta.url).pathname;

export interface NamedTest {
  /** Path of the file in the repository. */
  readonly file: string;
  /** Part of the full title: suite and test, as mocha prints them. */
  readonly title: string;
}

/** Result of a run of tests. `broken`: no test ran to its end, so the run shows nothing. */
export interface Ran {
  readonly outcome: 'passed' | 'failed' | 'broken';
  readonly seconds: number;
  /** The first failure, or the reason of a broken run. */
  readonly text: string;
}

export class PlantedCopy {
  readonly #folder: string;

  /** Copies the files that git tracks, in their present state, and the generated ones. Dependencies are shared. */
  constructor() {
    this.#folder = mkdtempSync(join(tmpdir(), 'isthmus-plants-'));
    const files = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], { cwd: ROOT });
    const tracked = files
      .toString()
      .split('\0')
      // The list also contains files that were deleted since.
      .filter((file) => /\.(ts|mjs|cjs|json|proto|md|yaml)$/.test(file) && existsSync(join(ROOT, file)));
    for (const file of tracked) this.#copy(file);
    for (const generated of ['proto/gen', 'core/kernels/gen']) this.#copy(generated);
    symlinkSync(join(ROOT, 'node_modules'), join(this.#folder, 'node_modules'));
  }

  /** Runs tests with a bug planted, and removes the bug. @param seconds time after which the run counts as broken. */
  async run(tests: readonly NamedTest[], plant: Plant | undefined, seconds: number): Promise<Ran> {
    const undo = plant === undefined ? () => undefined : this.plant(plant);
    try {
      return await this.#mocha(tests, seconds);
    } finally {
      undo();
    }
  }

  /** @returns a function that removes the bug. */
  plant({ file, search, replace }: Plant): () => void {
    const path = join(this.#folder, file);
    const clean = readFileSync(path, 'utf8');
    writeFileSync(
      path,
      clean.replace(search, () => replace),
    );
    return () => writeFileSync(path, clean);
  }

  read(file: string): string {
    return readFileSync(join(this.#folder, file), 'utf8');
  }

  write(file: string, text: string): void {
    writeFileSync(join(this.#folder, file), text);
  }

  /** Runs a program of the project in the copy. @throws an error with its output if it fails. */
  execute(program: string, args: readonly string[]): void {
    execFileSync(join(this.#folder, 'node_modules/.bin', program), args, { cwd: this.#folder, encoding: 'utf8' });
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #copy(path: string): void {
    const to = join(this.#folder, path);
    mkdirSync(dirname(to), { recursive: true });
    cpSync(join(ROOT, path), to, { recursive: true });
  }

  async #mocha(tests: readonly NamedTest[], seconds: number): Promise<Ran> {
    const files = [...new Set(tests.map(({ file }) => file))];
    const titles = tests.map(({ title }) => title.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)).join('|');
    // A slow machine must not look like a test that notices: this limit takes the place of each test's own.
    const options = ['--reporter', 'json', '--bail', '--timeout', String(1000 * seconds), '--grep', titles];
    const args = ['node_modules/mocha/bin/mocha.js', ...options, ...files];
    const began = performance.now();
    const child = spawn(process.execPath, args, { cwd: this.#folder, stdio: ['ignore', 'pipe', 'pipe'] });
    let out = '';
    let errors = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text));
    const timer = setTimeout(() => child.kill('SIGKILL'), 1000 * seconds);
    const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
    clearTimeout(timer);
    const ran = (performance.now() - began) / 1000;
    if (code === null) return { outcome: 'broken', seconds: ran, text: `not done after ${seconds} s` };
    return { ...readReport(out, errors), seconds: ran };
  }
}

interface Report {
  readonly stats: { readonly passes: number; readonly failures: number };
  readonly failures: readonly { readonly fullTitle: string; readonly err: { readonly message?: string } }[];
}

function readReport(out: string, errors: string): Omit<Ran, 'seconds'> {
  let report: Report;
  try {
    // The report comes after anything that a test itself prints.
    report = JSON.parse(out.slice(out.indexOf('{\n  "stats"'))) as Report;
  } catch {
    return { outcome: 'broken', text: `${out}${errors}`.slice(-2000) };
  }
  const [first] = report.failures;
  if (report.stats.failures > 0) return { outcome: 'failed', text: `${first.fullTitle}: ${first.err.message ?? ''}` };
  if (report.stats.passes === 0) return { outcome: 'broken', text: 'no test of this title' };
  return { outcome: 'passed', text: '' };
}
