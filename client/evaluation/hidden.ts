/**
 * Hidden positives: later interactions of persons who are cold to this platform, for measuring only. A file has lines
 * `person<TAB>item`. An optional third column is the number of the person's interactions on the sources, for activity
 * groups. An optional fourth column is 1 if the item is a twin of an item that the person has on a source. A header
 * line may come first; it begins with `person`.
 * @module
 */
import { readFileSync } from 'node:fs';
import type { ColdPerson } from '../../core/data/cold-person.ts';
import type { Domain } from '../../core/data/domain.ts';
import { idOf, whyNoId } from '../../core/data/ids.ts';
import { PlatformError } from '../errors.ts';
import { systemReason } from '../../host/files.ts';

export interface HiddenPositives {
  /** Cold persons under their own ids. */
  readonly cold: readonly ColdPerson[];
  /** 1 for positives that are no twin, 0 for twins, in the order of `cold`. Absent if the file has no fourth column. */
  readonly keep?: Uint8Array;
}

/** @throws PlatformError PLATFORM_HIDDEN with file and line. */
export function readHidden(file: string, domain: Domain): HiddenPositives {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    throw new PlatformError('PLATFORM_HIDDEN', `cannot read hidden positives ${file}: ${systemReason(cause)}`, {
      cause,
    });
  }
  return parseHidden(text, domain, file);
}

interface Row {
  readonly item: number;
  readonly interactions: number;
  readonly isTwin: boolean;
}

/** @throws PlatformError PLATFORM_HIDDEN. */
export function parseHidden(text: string, domain: Domain, file: string): HiddenPositives {
  const items = new Map(domain.catalogue.map((id, item) => [id, item]));
  const warm = new Set(domain.persons.filter((_, row) => domain.offsets[row + 1] > domain.offsets[row]));
  const byPerson = new Map<string, Row[]>();
  let columns = 0;
  const refuse = (line: number, why: string): PlatformError =>
    new PlatformError('PLATFORM_HIDDEN', `${file}:${line}: ${why}`);
  text.split(/\r?\n/).forEach((line, at) => {
    const isHeader = at === 0 && /^\uFEFF?person\t/.test(line);
    if (line.trim() === '' || isHeader) return;
    const [who, what, interactions = '0', twin = '0'] = line.split('\t');
    const width = line.split('\t').length;
    if (width < 2) throw refuse(at + 1, 'is not "person<TAB>item"');
    const [person, id] = [idOf(who), idOf(what)];
    if (person === undefined) throw refuse(at + 1, `the person ${whyNoId(who)}`);
    if (id === undefined) throw refuse(at + 1, `the item ${whyNoId(what)}`);
    if (columns !== 0 && width !== columns) throw refuse(at + 1, `has ${width} columns where others have ${columns}`);
    columns = width;
    const item = items.get(id);
    if (item === undefined) throw refuse(at + 1, 'names an item that is not in the catalogue of this platform');
    if (warm.has(person))
      throw refuse(at + 1, 'names a person with a history here: a cold person has none; take it out of the data');
    const rows = byPerson.get(person) ?? [];
    byPerson.set(person, rows);
    if (rows.some((row) => row.item === item)) return;
    rows.push({ item, interactions: Number(interactions), isTwin: twin === '1' });
  });
  if (byPerson.size === 0) throw new PlatformError('PLATFORM_HIDDEN', `${file} names nobody`);
  const cold = [...byPerson].map(([person, rows]) => ({
    person,
    positives: Uint32Array.from(rows, ({ item }) => item),
    sourceInteractions: rows[0].interactions,
  }));
  if (columns < 4) return { cold };
  return { cold, keep: Uint8Array.from([...byPerson.values()].flat(), ({ isTwin }) => (isTwin ? 0 : 1)) };
}
