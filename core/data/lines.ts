/**
 * @module
 */
import { DataError } from './errors.ts';

/** A line longer than this is not a line of reviews. */
const LONGEST_LINE = 16 << 20;

/**
 * Lines of UTF-8 text, numbered from 1, however the bytes are cut.
 * @throws DataError DATA_FORMAT_BROKEN for a line beyond 16 MiB
 */
export async function eachLine(
  bytes: AsyncIterable<Uint8Array>,
  visit: (text: string, line: number) => void,
): Promise<void> {
  const decoder = new TextDecoder();
  let rest = '';
  let line = 0;
  for await (const chunk of bytes) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    for (const text of lines) visit(text, ++line);
    if (rest.length > LONGEST_LINE) {
      throw new DataError('DATA_FORMAT_BROKEN', `line ${line + 1} is longer than 16 MiB: this is not a file of lines`);
    }
  }
  rest += decoder.decode();
  if (rest !== '') visit(rest, line + 1);
}
