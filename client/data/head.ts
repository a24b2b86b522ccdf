/**
 * The first lines of a text, for a guess at its columns.
 * @module
 */
import { eachLine } from '../../core/data/lines.ts';
import type { Encoding } from '../../core/data/lines.ts';
import { headOf } from './source.ts';

export interface Head {
  readonly bytes: Uint8Array;
  /** Complete lines. A line that is not text is replaced by an empty one. */
  readonly lines: readonly string[];
  /** Number of the first line that is not text, from 1. */
  readonly broken: number | undefined;
}

export async function firstLines(path: string, encoding: Encoding): Promise<Head> {
  const { bytes, isWhole } = await headOf(path);
  return linesOf(bytes, isWhole, encoding);
}

/** @param isWhole true if the bytes end where the file ends. */
export async function linesOf(bytes: Uint8Array, isWhole: boolean, encoding: Encoding): Promise<Head> {
  const lines: string[] = [];
  let broken: number | undefined;
  const once = async function* (): AsyncGenerator<Uint8Array> {
    yield await Promise.resolve(bytes);
  };
  await eachLine(once(), encoding, {
    line: (text) => void lines.push(text),
    broken(number) {
      lines.push('');
      broken ??= number;
    },
  });
  // The last line may be cut off.
  if (!isWhole && lines.length > 1) lines.pop();
  return { bytes, lines, broken };
}
