/**
 * `isthmus data embed`: makes a platform's item vectors from its titles, with a pre-trained sentence model.
 * @module
 */
import { Command } from 'commander';
import { z } from 'zod';
import { embedItems } from '../../client/embed/embed-items.ts';
import { DataError } from '../../core/data/errors.ts';
import { integer, text } from '../arguments.ts';
import { interruption } from '../interrupted.ts';
import { partProgressOn } from '../part-progress.ts';

/** The document of --json. */
export const dataEmbedSchema = z.strictObject({
  file: z.string(),
  /** Items with a vector. */
  items: z.int().min(1),
  /** Items without a title, which have no vector. */
  untitled: z.int().min(0),
  /** Numbers of a vector. */
  numbers: z.int().min(2).max(288),
  /** Fingerprint of what made the vectors, for vectors.made of a manifest. */
  made: z.string().regex(/^[0-9a-f]{64}$/),
});

interface Flags {
  readonly model: string;
  readonly out?: string;
  readonly numbers: number;
  readonly json?: true;
}

export function dataEmbedCommand(): Command {
  return new Command('embed')
    .description('make the item vectors of a platform from its titles, with a pre-trained sentence model')
    .argument('<items>', 'a file of items with titles, e.g. films.items.tsv')
    .requiredOption('--model <folder>', 'a folder with model.onnx and tokenizer.json', text)
    .option('--out <file>', 'the file of vectors (default: films.vectors.tsv for films.items.tsv)', text)
    .option('--numbers <n>', 'numbers of a vector, 2 to 288', integer(2, 288), 96)
    .option('--json', 'print one JSON document')
    .addHelpText(
      'after',
      `
Needs two packages: npm install onnxruntime-web@1 @huggingface/tokenizers@0.2. Nothing is downloaded and nothing leaves this machine.
Stopped with Ctrl-C, the same command continues where it was. The fingerprint that it prints is the same on every platform with the same
model. Members agree on it in the manifest, and vectors of any other model are refused.

Examples:
  isthmus data embed films.items.tsv --model all-MiniLM-L6-v2
  isthmus data inspect films.tsv
  isthmus manifest make --from half-*.yaml --encoder vectors --set vectors.made=FINGERPRINT`,
    )
    .action(embed);
}

async function embed(items: string, { json, model, numbers, out = besideItems(items) }: Flags): Promise<void> {
  const stop = new AbortController();
  const interrupted = interruption();
  void interrupted.asked.then(() => stop.abort());
  const progress = partProgressOn(process.stderr, 'titles');
  try {
    const made = await embedItems({
      ...{ items, model, out, numbers, signal: stop.signal },
      onProgress: (done, of) => progress.show(done, of),
    });
    progress.end();
    const document: z.infer<typeof dataEmbedSchema> = { file: out, numbers, ...made };
    process.stdout.write(json === true ? `${JSON.stringify(document, null, 2)}\n` : saidOf(document));
  } catch (error) {
    progress.end();
    if (stop.signal.aborted) process.stderr.write(`isthmus: the same command continues from ${out}.part\n`);
    throw error;
  } finally {
    interrupted.forget();
  }
}

function saidOf({ file, items, made, numbers, untitled }: z.infer<typeof dataEmbedSchema>): string {
  const without = untitled === 0 ? '' : `; ${untitled} items without a title have none`;
  return `${file}: vectors of ${items} items, ${numbers} numbers each${without}
made by ${made}
Run "isthmus data inspect" on the data beside it. Members agree on the model with --set vectors.made=${made}
`;
}

/** `films.vectors.tsv` beside `films.items.tsv`. @throws DataError DATA_OPTION for another name. */
function besideItems(items: string): string {
  const name = /^(.*)\.items\.(tsv|csv)(\.gz)?$/i.exec(items)?.[1];
  if (name !== undefined) return `${name}.vectors.tsv`;
  throw new DataError(
    'DATA_OPTION',
    `${items} is not named PLATFORM.items.tsv: name the file of vectors with --out PLATFORM.vectors.tsv, beside the interactions`,
  );
}
