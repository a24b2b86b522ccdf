/**
 * Files of persons named on the command line: one id per line, read by the same rule as every other input.
 * @module
 */
import { readFileSync } from 'node:fs';
import { detectFormat } from '../core/data/detect.ts';
import { idOf, whyNoId } from '../core/data/ids.ts';
import { eachLine } from '../core/data/lines.ts';
import { HostError } from '../host/errors/host-errors.ts';
import { systemReason } from '../host/files.ts';

/**
 * @throws HostError FILE_UNREADABLE, naming the line that holds no id if there is one. Nobody is taken from the file
 * then.
 */
export async function readPersons(file: string): Promise<readonly string[]> {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(file);
  } catch (cause) {
    throw new HostError('FILE_UNREADABLE', `cannot read ${file}: ${systemReason(cause)}`, { cause });
  }
  if (bytes.length === 0) return [];
  const format = detectFormat(bytes, file);
  if (format.kind !== 'text') throw refusal(file, 1, 'is not text');
  const persons: string[] = [];
  const once = async function* (): AsyncGenerator<Uint8Array> {
    yield await Promise.resolve(bytes);
  };
  await eachLine(once(), format.encoding, {
    line(text, number) {
      if (text.trim() === '') return;
      const id = idOf(text);
      if (id === undefined) throw refusal(file, number, whyNoId(text));
      persons.push(id);
    },
    broken(number, reason) {
      throw refusal(file, number, `cannot be read: ${reason}`);
    },
  });
  return persons;
}

function refusal(file: string, line: number, why: string): HostError {
  return new HostError(
    'FILE_UNREADABLE',
    `${file}, line ${line}: the person ${why}: write one person id per line, in UTF-8`,
  );
}
