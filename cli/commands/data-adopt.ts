/**
 * `isthmus data adopt`: a platform reads its data another way from its next start on.
 * @module
 */
import { Command } from 'commander';
import { adoptReading } from '../../client/data/pinned-reading.ts';
import { storeFileIn } from '../../client/state-directory.ts';
import { openSqliteStore } from '../../client/store/sqlite.ts';
import { text } from '../arguments.ts';

interface AdoptOptions {
  readonly state: string;
  readonly data: string;
  readonly reading?: string;
}

export function adoptCommand(): Command {
  return new Command('adopt')
    .description('let a platform that has started before go by another reading file from its next start on')
    .requiredOption('--state <dir>', "the platform's state directory; no agent runs on it", text)
    .requiredOption('--data <source>', 'its interactions', text)
    .option('--reading <file>', 'the reading file (default: SOURCE.reading.yaml)', text)
    .addHelpText(
      'after',
      `
What was released by the earlier reading stays released and paid for, and nothing is drawn anew. The catalogue may have new items,
as many as the manifest has room for; it may not lose one.

Example:
  isthmus data inspect films.tsv && isthmus data adopt --state films-state --data films.tsv`,
    )
    .action(adopt);
}

async function adopt({ state, data, reading }: AdoptOptions): Promise<void> {
  const store = openSqliteStore(storeFileIn(state));
  try {
    const changes = await adoptReading(store.starts, { data, ...(reading !== undefined && { reading }) });
    const said = changes.length === 0 ? ['nothing changes: the platform reads by this reading already'] : changes;
    process.stdout.write(`${said.join('\n')}\n`);
  } finally {
    store.close();
  }
}
