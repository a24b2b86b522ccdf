/**
 * Makes the file of item vectors of a platform from its titles, with a pre-trained sentence model. Titles are public, and
 * nothing else goes in.
 *
 * Each vector is multiplied by one random matrix, the same everywhere (Johnson and Lindenstrauss 1984; Dasgupta and Gupta 2003). So the vectors of all platforms mean the same by each number, without a file
 * that they would have to share. Principal axes, which each platform would find in its own titles, would not.
 * @module
 */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, rename, rm, truncate } from 'node:fs/promises';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { DataError } from '../../core/data/errors.ts';
import { vectorsHeader } from '../../core/data/item-facts.ts';
import { codeOf } from '../../core/errors/coded-error.ts';
import { Prng } from '../../core/random/prng.ts';
import { systemReason } from '../../host/files.ts';
import { readItemsFile } from '../data/items-file.ts';
import { exists } from '../data/source.ts';
import { openSentenceModel } from './sentence-model.ts';
import type { SentenceModel } from './sentence-model.ts';

export interface EmbedOptions {
  /** Path of a file of items with titles. */
  readonly items: string;
  /** Path of a folder with a sentence model. */
  readonly model: string;
  /** Path of the file of vectors. It is never overwritten. */
  readonly out: string;
  /** Numbers of a vector, 2 to 288. */
  readonly numbers: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number, of: number) => void;
}

export interface Embedded {
  /** Items with a vector. */
  readonly items: number;
  /** Items without a title. They have no vector. */
  readonly untitled: number;
  /** Fingerprint of what made the vectors, a SHA-256 in hex: a manifest names it. */
  readonly made: string;
}

/** Characters that wait to be written, and are lost with the process: about a thousand vectors. */
const BUFFER = 1 << 20;
const LINE_END = '\n'.charCodeAt(0);
/** Seed of the projection. Another one would make other numbers, so it is part of the fingerprint. */
const PROJECTION = 'isthmus item vectors 1';

/**
 * Writes the file whole or not at all. A call that is stopped leaves the finished vectors in `<out>.part`, and the same call
 * continues there.
 * @throws DataError; the signal's reason.
 */
export async function embedItems(options: EmbedOptions): Promise<Embedded> {
  const { items, out, signal } = options;
  if (await exists(out)) {
    throw new DataError('DATA_UNWRITABLE', `${out} exists already: choose another --out, or move it away`);
  }
  const { broken, titles } = await readItemsFile(items);
  if (broken !== undefined) {
    throw new DataError(
      'DATA_FORMAT_BROKEN',
      `${items}, line ${broken.line}: ${broken.reason}; correct the line first`,
    );
  }
  const titled = [...titles].filter(([, title]) => title !== '');
  if (titled.length === 0) {
    throw new DataError(
      'DATA_EMPTY',
      `none of the ${titles.size} items of ${items} has a title: give it a column "title", or name another file`,
    );
  }
  const model = await openSentenceModel(options.model);
  try {
    signal?.throwIfAborted();
    const made = fingerprintOf(model);
    await write(titled, model, { ...options, header: headerOf(made, titled, options.numbers) });
    return { items: titled.length, untitled: titles.size - titled.length, made };
  } finally {
    await model.close();
  }
}

/** Everything on which a vector depends besides its title. */
function fingerprintOf({ files: { model, tokenizer } }: SentenceModel): string {
  return sha256(JSON.stringify(['mean over tokens', PROJECTION, model, tokenizer]));
}

/** With the hash of the titles and of the length, so that an unfinished file is continued for the same ones alone. */
function headerOf(made: string, titled: readonly (readonly [string, string])[], numbers: number): string {
  const hash = createHash('sha256').update(`${numbers}\n`);
  for (const [id, title] of titled) hash.update(`${id}\t${title}\n`);
  return vectorsHeader(made).replace('\n', `\ttitles:${hash.digest('hex')}\n`);
}

type Work = EmbedOptions & { readonly header: string };

async function write(titled: readonly (readonly [string, string])[], model: SentenceModel, work: Work): Promise<void> {
  const { numbers, onProgress, out, signal } = work;
  const part = `${out}.part`;
  const project = projection(model.width, numbers);
  try {
    const kept = await keptIn(part, work.header);
    const file = await open(part, 'a');
    try {
      let waiting = kept === 0 ? work.header : '';
      const flush = async (): Promise<void> => {
        const text = waiting;
        waiting = '';
        await file.appendFile(text);
      };
      try {
        for (let at = kept; at < titled.length; at++) {
          const [id, title] = titled[at];
          waiting += `${id}\t${project(await model.vectorOf(title)).join('\t')}\n`;
          if (waiting.length > BUFFER) await flush();
          onProgress?.(at + 1, titled.length);
          // The model computes without a pause, in which no signal would be heard.
          await nextTurn();
          signal?.throwIfAborted();
        }
      } finally {
        await flush();
      }
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(part, out);
  } catch (cause) {
    if (cause instanceof DataError || signal?.aborted === true || codeOf(cause) === undefined) throw cause;
    throw new DataError('DATA_UNWRITABLE', `cannot write ${out}: ${systemReason(cause)}`, { cause });
  }
}

/**
 * Number of vectors that an earlier call left. A line without an end is cut off; a file of other titles, of another
 * length or of another model is removed.
 */
async function keptIn(part: string, header: string): Promise<number> {
  if (!(await exists(part))) return 0;
  let [at, lines, whole] = [0, 0, 0];
  let isSame = false;
  for await (const chunk of createReadStream(part) as AsyncIterable<Buffer>) {
    if (at === 0) isSame = chunk.subarray(0, header.length).toString() === header;
    if (!isSame) break;
    for (let end = chunk.indexOf(LINE_END); end >= 0; end = chunk.indexOf(LINE_END, end + 1)) {
      lines++;
      whole = at + end + 1;
    }
    at += chunk.length;
  }
  if (!isSame) {
    await rm(part);
    return 0;
  }
  await truncate(part, whole);
  return lines - 1;
}

/**
 * Multiplies by a random matrix of normal numbers. A shorter projection is the beginning of a longer one, so a manifest may read
 * fewer numbers than a file has. Five figures are more than a model of 8-bit integers knows.
 */
function projection(width: number, numbers: number): (vector: Float32Array) => readonly number[] {
  const prng = new Prng(PROJECTION);
  const matrix = Float64Array.from({ length: numbers * width }, () => prng.gaussian());
  return (vector) =>
    Array.from({ length: numbers }, (_, row) => {
      let sum = 0;
      for (let i = 0; i < width; i++) sum += matrix[row * width + i] * vector[i];
      return Number(sum.toPrecision(5));
    });
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
