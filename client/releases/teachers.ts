/**
 * The persons who teach the federation's map at a target: those whose consent there is to the target itself, and names this purpose.
 * @module
 */
import { covers, names } from '../../core/federation/consent.ts';
import type { Consent } from '../../core/federation/consent.ts';
import type { ReceivedRepresentations } from '../../core/release/release.ts';
import type { People } from '../data/people.ts';

export interface TeachingTerms {
  /** The target's name. */
  readonly platform: string;
  readonly epoch: number;
  /** Unix seconds. */
  readonly now: number;
  readonly people: Pick<People, 'rowOf' | 'pseudonyms'>;
  /** The target's consents in force. */
  readonly consents: readonly Consent[];
}

/** What was received of persons whose consent to teaching is in force now. */
export function ofTeachers(
  received: readonly ReceivedRepresentations[],
  { consents, epoch, now, people, platform }: TeachingTerms,
): readonly ReceivedRepresentations[] {
  const teach = new Set<string>();
  for (const consent of consents) {
    const row = people.rowOf(consent.person);
    if (row === undefined || !names(consent, ['map'])) continue;
    if (covers(consent, platform, epoch, now)) teach.add(people.pseudonyms[row]);
  }
  return received.map((one) => ofPersons(one, (person) => teach.has(person)));
}

/** True if everybody of whom something was taken for an update still teaches. */
export function stillTeach(
  taken: readonly ReceivedRepresentations[],
  now: readonly ReceivedRepresentations[],
): boolean {
  return taken.every(({ source, persons }) => {
    const teaching = new Set(now.filter((one) => one.source === source).flatMap((one) => one.persons));
    return persons.every((person) => teaching.has(person));
  });
}

/** The rows of some persons. */
function ofPersons(received: ReceivedRepresentations, has: (person: string) => boolean): ReceivedRepresentations {
  const { dimension, persons, vectors } = received;
  const rows = persons.flatMap((person, row) => (has(person) ? [row] : []));
  const kept = new Float32Array(rows.length * dimension);
  rows.forEach((row, at) => kept.set(vectors.subarray(row * dimension, (row + 1) * dimension), at * dimension));
  return { ...received, persons: rows.map((row) => persons[row]), vectors: kept };
}
