/**
 * `isthmus data vocabulary`: makes a federation's vocabulary from public files of items.
 * @module
 */
import { existsSync, readFileSync } from 'node:fs';
import { Command } from 'commander';
import { z } from 'zod';
import { readItemsFile } from '../../client/data/items-file.ts';
import { plainName } from '../../core/data/columns.ts';
import { DataError } from '../../core/data/errors.ts';
import { formatVocabulary, vocabularyHash } from '../../core/data/vocabulary.ts';
import { text } from '../arguments.ts';
import { CommandError } from '../errors.ts';
import { writeWhole } from '../manifest-file.ts';

/** The document of --json. */
export const dataVocabularySchema = z.strictObject({
  file: z.string(),
  /** Number of ids. */
  items: z.int().min(1),
  /** Hash of the file's bytes, in hex; the manifest names it. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
});

interface Flags {
  readonly out: string;
  readonly json?: true;
}

/** Names of a column of persons: a file with one holds interactions. */
const PERSONS = /^(person|user|reviewer|customer|uid)/;

export function dataVocabularyCommand(): Command {
  return new Command('vocabulary')
    .description('make the list of ids over which several platforms sum together, from public files of items')
    .argument('<items...>', 'files of items, one column of them named "item"; never interactions')
    .option('--out <file>', 'file for the vocabulary; an existing file is never overwritten', text, 'vocabulary.txt')
    .option('--json', 'print one JSON document')
    .addHelpText(
      'after',
      `
Every platform gets the same file, and the manifest names its hash. An id outside it is dropped by every platform, never
added: a list that grew with what persons buy would tell of them.

Examples:
  isthmus data vocabulary shop-de.items.tsv shop-fr.items.tsv
  isthmus manifest make --from half-*.yaml --strategy shared-subspace --rounds 2 --vocabulary vocabulary.txt`,
    )
    .action(async (files: string[], { out, json }: Flags) => {
      if (existsSync(out)) {
        throw new CommandError('VOCABULARY_EXISTS', `${out} exists already: choose another --out, or move it away`);
      }
      const ids = new Set<string>();
      for (const file of files) for (const id of await publicIds(file)) ids.add(id);
      const content = formatVocabulary(ids);
      writeWhole(out, content, 'VOCABULARY_UNWRITABLE');
      const sha256 = vocabularyHash(new TextEncoder().encode(content));
      const document: z.infer<typeof dataVocabularySchema> = { file: out, items: ids.size, sha256 };
      process.stdout.write(
        json === true
          ? `${JSON.stringify(document, null, 2)}\n`
          : `${out} is public: ${ids.size} ids, SHA-256 ${sha256}. Give it to every platform.\n`,
      );
    });
}

/** @throws DataError DATA_VOCABULARY for a file that was made from rows; DataError of a file that cannot be read. */
async function publicIds(file: string): Promise<Iterable<string>> {
  if (file.endsWith('.catalogue.tsv')) {
    throw new DataError(
      'DATA_VOCABULARY',
      `${file} was written by "isthmus data inspect", perhaps from rows: name a file of items that was public before`,
    );
  }
  const { titles } = await readItemsFile(file);
  const [header = ''] = readFileSync(file, 'utf8').split(/\r?\n/, 1);
  const persons = header.split(/[\t,;|]/).find((name) => PERSONS.test(plainName(name)));
  if (persons === undefined) return titles.keys();
  throw new DataError(
    'DATA_VOCABULARY',
    `${file} has a column "${persons}", so it holds interactions: an id that one person alone has met would get a place of its own. Name a public file of items`,
  );
}
