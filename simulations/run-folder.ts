/**
 * `runs/<id>/`: everything that a run leaves behind.
 * @module
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { reportHtml } from './report/html.ts';
import type { TrialLedgers } from './ledgers.ts';
import { makeOutFolder, outUnwritable, writeOut } from './out-folder.ts';
import type { Results } from './results.ts';
import { codeOf } from '../core/errors/coded-error.ts';

export interface RunFolder {
  readonly id: string;
  readonly path: string;
  readonly results: string;
  readonly report: string;
  readonly log: string;
}

/** Makes a new folder for this run, named by its start and its world. */
export async function createRunFolder(out: string, worldName: string, startedAt: Date): Promise<RunFolder> {
  const stamp = startedAt.toISOString().replace(/[-:]/g, '').replace('T', '-').slice(0, 15);
  const slug = worldName.replace(/[^a-z0-9]+/gi, '-').toLowerCase();
  await makeOutFolder(out);
  for (let again = 0; ; again++) {
    const id = `${stamp}-${slug}${again === 0 ? '' : `-${again + 1}`}`;
    const path = join(out, id);
    try {
      await mkdir(path);
    } catch (error) {
      // Another run that started in the same second has the name.
      if (codeOf(error) === 'EEXIST') continue;
      throw outUnwritable(out, error);
    }
    return {
      id,
      path,
      results: join(path, 'results.json'),
      report: join(path, 'report.html'),
      log: join(path, 'log.jsonl'),
    };
  }
}

/** Files of the trial under way: persons' rows and keys. Deleted with the trial. */
export function dataFolderOf(folder: string): string {
  return join(folder, 'data');
}

/** Without the report, which takes a second to draw: after each trial, in case the process is killed in the next one. */
export async function writeFigures(
  folder: RunFolder,
  results: Results,
  ledgers: readonly TrialLedgers[],
): Promise<void> {
  await writeOut(folder.results, `${JSON.stringify(results, null, 2)}\n`);
  await writeOut(join(folder.path, 'config.json'), `${JSON.stringify(results.config, null, 2)}\n`);
  await writeOut(join(folder.path, 'ledger.json'), `${JSON.stringify(ledgers, null, 2)}\n`);
}

export async function writeResults(
  folder: RunFolder,
  results: Results,
  ledgers: readonly TrialLedgers[],
): Promise<void> {
  await writeFigures(folder, results, ledgers);
  await writeOut(folder.report, await reportHtml(results));
}
