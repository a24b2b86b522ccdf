/**
 * `isthmus data adopt`: changes how a platform reads its data, from its next start on.
 * @module
 */
import { Command } from 'commander';
import { adoptReading } from '../../client/data/pinned-reading.ts';
import { storeFileIn } from '../../client/state-directory.ts';
import { storeEngineOf } from '../../client/store/registry.ts';
import { whenFree } from '../../client/store/when-free.ts';
import { withAllow } from '../allow-option.ts';
import { text } from '../arguments.ts';

interface AdoptOptions {
  readonly state: string;
  readonly data: string;
  readonly reading?: string;
}

export function adoptCommand(): Command {
  return withAllow(new Command('adopt'))
    .description('give a platform that has run before another reading file, from its next start on')
    .requiredOption('--state <dir>', "the platform's state directory; no agent may be running on it", text)
    .requiredOption('--data <source>', 'its interactions', text)
    .option('--reading <file>', 'the reading file (default: SOURCE.reading.yaml)', text)
    .addHelpText(
      'after',
      `
Values released under the earlier reading stay released and charged, and nothing is drawn again. The catalogue may gain items,
as many as the manifest has room for, but it may not lose any.

Example:
  isthmus data inspect films.tsv && isthmus data adopt --state films-state --data films.tsv`,
    )
    .action(adopt);
}

async function adopt({ state, data, reading }: AdoptOptions): Promise<void> {
  const file = storeFileIn(state);
  const store = await whenFree(() => storeEngineOf(state, file).open(file));
  try {
    const changes = await adoptReading(store.starts, { data, ...(reading !== undefined && { reading }) });
    const said = changes.length === 0 ? ['nothing changes: the platform already uses this reading'] : changes;
    process.stdout.write(`${said.join('\n')}\n`);
  } finally {
    store.close();
  }
}
