/**
 * A platform's persons. Inside the platform they have their own ids, outside they have pseudonyms.
 * @module
 */
import type { PseudonymScheme } from '../../core/crypto/pseudonym.ts';
import type { Domain } from '../../core/data/domain.ts';
import { inTurns } from '../turns.ts';

export interface People {
  /** The domain under pseudonyms, which the strategies get. */
  readonly domain: Domain;
  /** Pseudonyms by row. */
  readonly pseudonyms: readonly string[];
  /** Row of an own person id. */
  rowOf(person: string): number | undefined;
  /** Row of a pseudonym. */
  rowOfPseudonym(pseudonym: string): number | undefined;
  hasHistory(row: number): boolean;
}

/** Without a scheme the persons keep their own ids, and these must never leave the platform. */
export async function peopleOf(domain: Domain, scheme: PseudonymScheme | undefined): Promise<People> {
  const pseudonyms =
    scheme === undefined ? domain.persons : (await inTurns(domain.persons, (some) => scheme.pseudonyms(some))).flat();
  const rows = new Map(domain.persons.map((person, row) => [person, row]));
  const pseudonymRows = new Map(pseudonyms.map((pseudonym, row) => [pseudonym, row]));
  return {
    domain: {
      ...domain,
      persons: pseudonyms,
      ...(domain.attributes && { attributes: underPseudonyms(domain.attributes, rows, pseudonyms) }),
    },
    pseudonyms,
    rowOf: (person) => rows.get(person),
    rowOfPseudonym: (pseudonym) => pseudonymRows.get(pseudonym),
    hasHistory: (row) => domain.offsets[row + 1] > domain.offsets[row],
  };
}

function underPseudonyms(
  attributes: NonNullable<Domain['attributes']>,
  rows: ReadonlyMap<string, number>,
  pseudonyms: readonly string[],
): NonNullable<Domain['attributes']> {
  return new Map(
    [...attributes].flatMap(([person, own]): [string, readonly string[]][] => {
      const row = rows.get(person);
      return row === undefined ? [] : [[pseudonyms[row], own]];
    }),
  );
}
