/**
 * In memory, the target's half of releases: vectors from sources, and withdrawn persons.
 * @module
 */
import { canonicalJson } from '../../../core/encoding/canonical-json.ts';
import { noiseText } from '../../../core/release/noise-text.ts';
import type { ReceivedBatch, ReceivedPart, ReceivedStore, ReceivedVersion } from '../platform-store.ts';
import { compare, entry } from './nested-maps.ts';

export function memoryReceived(): ReceivedStore {
  let answers: Held[] = [];
  const withdrawn = new Map<string, Map<string, number>>();
  const of = (version: ReceivedVersion): Held[] => answers.filter(({ batch }) => isSame(batch, version));
  return {
    put(part) {
      const { source, epoch, modelRound, mode, noiseModel, dimension, parts } = part;
      const batch = { source, epoch, modelRound, mode, noiseModel, dimension, parts };
      let held = of(part).find((answer) => answer.batch.source === source);
      if (held === undefined || fingerprint(held.batch) !== fingerprint(batch)) {
        answers = answers.filter((answer) => answer !== held);
        held = { batch, parts: new Set(), vectors: new Map() };
        answers.push(held);
      }
      held.parts.add(part.part);
      for (const [row, pseudonym] of part.persons.entries()) {
        if ((withdrawn.get(source)?.get(pseudonym) ?? 0) > part.order) continue;
        const vector = part.vectors.slice(row * dimension, (row + 1) * dimension);
        held.vectors.set(pseudonym, { vector, expires: part.expires[row] });
      }
    },
    batches: () =>
      answers
        .map((held) => ({ ...held.batch, partsReceived: held.parts.size, persons: held.vectors.size }))
        .sort((a, b) => compare(a.source, b.source) || a.epoch - b.epoch || a.modelRound - b.modelRound),
    vectors: (source, version) =>
      of(version)
        .filter(({ batch }) => batch.source === source)
        .flatMap(({ vectors }) => [...vectors])
        .sort(([a], [b]) => compare(a, b))
        .map(([pseudonym, { vector }]) => ({ pseudonym, vector: vector.slice() })),
    person: (pseudonym, version) =>
      of(version)
        .sort((a, b) => compare(a.batch.source, b.batch.source))
        .flatMap(({ batch: { source }, vectors }) => {
          const vector = vectors.get(pseudonym)?.vector;
          return vector === undefined ? [] : [{ source, vector: vector.slice() }];
        }),
    keep(versions) {
      answers = answers.filter(({ batch }) => versions.some((version) => isSame(batch, version)));
    },
    drop(source, version) {
      answers = answers.filter(({ batch }) => batch.source !== source || !isSame(batch, version));
    },
    withdraw(source, order, pseudonyms) {
      const refused = entry(withdrawn, source);
      let deleted = 0;
      for (const pseudonym of pseudonyms) {
        const theirs = answers.filter(({ batch }) => batch.source === source);
        if (theirs.filter(({ vectors }) => vectors.delete(pseudonym)).length > 0) deleted++;
        refused.set(pseudonym, Math.max(order, refused.get(pseudonym) ?? 0));
      }
      return deleted;
    },
    expire(now) {
      let deleted = 0;
      for (const { vectors } of answers) {
        for (const [pseudonym, { expires }] of vectors) if (expires <= now && vectors.delete(pseudonym)) deleted++;
      }
      return deleted;
    },
  };
}

interface Held {
  readonly batch: Omit<ReceivedBatch, 'partsReceived' | 'persons'>;
  readonly parts: Set<ReceivedPart['part']>;
  readonly vectors: Map<string, { readonly vector: Float32Array; readonly expires: number }>;
}

function isSame(a: ReceivedVersion, b: ReceivedVersion): boolean {
  return a.epoch === b.epoch && a.modelRound === b.modelRound;
}

function fingerprint(batch: Held['batch']): string {
  const { noiseModel, ...rest } = batch;
  return canonicalJson({ ...rest, noiseModel: noiseText(noiseModel).noiseModel });
}
