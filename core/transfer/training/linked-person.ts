/**
 * Contributions made at a target, from one linked person's received representation and the person's history there. They
 * depend on that person alone only if the representation does. So no `sealed-only` representation gets in.
 * @module
 */
import type { Domain, History } from '../../data/domain.ts';
import { historyOf } from '../../data/select.ts';
import type { Contribution } from '../../privacy/mechanism/mechanism.ts';
import type { ReceivedRepresentations } from '../../release/release.ts';
import { TransferError } from '../errors.ts';
import type { ClaimedLaw, Law } from '../law.ts';

/** A received vector that a contribution may depend on. Only {@link LawfulVector.of} makes one. */
export class LawfulVector {
  readonly #law: ClaimedLaw;
  /** [dimension of the source's representation] */
  readonly values: Float32Array;

  private constructor(law: ClaimedLaw, values: Float32Array) {
    this.#law = law;
    this.values = values;
  }

  get law(): ClaimedLaw {
    return this.#law;
  }

  /** @throws TransferError TRANSFER_LAW for a vector of a `sealed-only` encoder. */
  static of(encoder: { readonly name: string; readonly law: Law }, values: Float32Array): LawfulVector {
    if (encoder.law === 'sealed-only') {
      throw new TransferError(
        'TRANSFER_LAW',
        `encoder "${encoder.name}" is made from raw data, so what a target trains on its vectors would tell of others: choose public or charged views`,
      );
    }
    return new LawfulVector(encoder.law, values);
  }
}

/** One person whom a target knows on both sides. */
export interface LinkedPerson {
  /** The vectors received of the person, by source. */
  readonly received: ReadonlyMap<string, LawfulVector>;
  /** The person's own history at the target. */
  readonly history: History;
}

/**
 * Everybody with a history at the target of whom something was received, in the order of the domain's rows.
 * @param encoder whose representations they are; its law is the worst of all whose vectors may be among them.
 * @throws TransferError TRANSFER_LAW.
 */
export function linkedPersons(
  domain: Domain,
  received: readonly ReceivedRepresentations[],
  encoder: { readonly name: string; readonly law: Law },
): readonly LinkedPerson[] {
  const vectorsOf = new Map<string, Map<string, LawfulVector>>();
  for (const { dimension, persons, source, vectors } of received) {
    persons.forEach((person, row) => {
      const own = vectorsOf.get(person) ?? new Map<string, LawfulVector>();
      own.set(source, LawfulVector.of(encoder, vectors.subarray(row * dimension, (row + 1) * dimension)));
      vectorsOf.set(person, own);
    });
  }
  return domain.persons.flatMap((person, row): LinkedPerson[] => {
    const own = vectorsOf.get(person);
    const history = historyOf(domain, row);
    return own === undefined || history.items.length === 0 ? [] : [{ received: own, history }];
  });
}

/** Yields one contribution per linked person, in their order. As {@link PerPerson}, the same in any batch. */
export type PerLinkedPerson = (batch: readonly LinkedPerson[]) => Iterable<Contribution>;
