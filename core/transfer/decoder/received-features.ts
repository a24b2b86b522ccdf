/**
 * Joins the releases of several sources into one feature row per person. Each source is a block, centred and scaled to
 * the same mean variance. A block is zero if its source released nothing of the person.
 * @module
 */
import type { NoiseModel, ReceivedRepresentations } from '../../release/release.ts';
import type { FeatureKind, FeatureMap, FeatureVariant } from './features.ts';

/** A source's block as plain data. */
export interface BlockState {
  readonly source: string;
  readonly noiseModel: NoiseModel;
  readonly dimension: number;
  /** State of the kind of features that the layout was made with. */
  readonly features: object;
  readonly offset: number;
  readonly mean: Float64Array /* [map.width] */;
  readonly inverseScale: number;
}

export interface SourceBlock extends BlockState {
  readonly map: FeatureMap;
}

export interface ChosenSource {
  readonly received: ReceivedRepresentations;
  readonly variant: FeatureVariant;
}

/** Share of a mean square that is rounding. */
export const NOTHING = 1e-12;

/** Row of each person among a source's released vectors. */
export type RowsByPerson = ReadonlyMap<string, number>;

export class FeatureLayout {
  readonly width: number;
  readonly blocks: readonly SourceBlock[];

  constructor(kind: FeatureKind, blocks: readonly BlockState[]) {
    this.blocks = blocks.map((block) => ({
      ...block,
      map: kind.map(block.features, block.noiseModel, block.dimension),
    }));
    this.width = this.blocks.reduce((sum, { map }) => sum + map.width, 0);
  }

  /** @param persons on whom the regression is fitted; they determine centres and scales. */
  static fit(
    kind: FeatureKind,
    chosen: readonly ChosenSource[],
    rows: readonly RowsByPerson[],
    persons: readonly string[],
  ): FeatureLayout {
    let offset = 0;
    const blocks = chosen.map(({ received, variant }, index) => {
      const block = blockOf(kind, received, variant, rows[index], persons, offset);
      offset += block.mean.length;
      return block;
    });
    return new FeatureLayout(kind, blocks);
  }

  get state(): readonly BlockState[] {
    return this.blocks.map(({ map: _, ...block }) => block);
  }

  /** Feature rows of persons, float64 [persons, width] row-major. */
  rows(
    chosen: readonly ChosenSource[],
    rowsByPerson: readonly RowsByPerson[],
    persons: readonly string[],
  ): Float64Array {
    const out = new Float64Array(persons.length * this.width);
    this.blocks.forEach((block, index) => {
      persons.forEach((person, p) => {
        const row = rowsByPerson[index].get(person);
        if (row !== undefined) {
          writeBlock(block, chosen[index].received.vectors, row * block.dimension, out, p * this.width);
        }
      });
    });
    return out;
  }

  /** The feature row of one person. @param vector returns the vector that a source released, if any. */
  row(vector: (source: string) => Float32Array | undefined): Float64Array {
    const out = new Float64Array(this.width);
    for (const block of this.blocks) {
      const released = vector(block.source);
      if (released !== undefined) writeBlock(block, released, 0, out, 0);
    }
    return out;
  }
}

function blockOf(
  kind: FeatureKind,
  received: ReceivedRepresentations,
  variant: FeatureVariant,
  rows: RowsByPerson,
  persons: readonly string[],
  offset: number,
): BlockState {
  const { dimension, noiseModel, source, vectors } = received;
  const features = variant.fit(vectorsOf(received, rows, persons));
  const map = kind.map(features, noiseModel, dimension);
  const { width } = map;
  const mean = new Float64Array(width);
  const line = new Float64Array(width);
  let square = 0;
  let count = 0;
  for (const person of persons) {
    const row = rows.get(person);
    if (row === undefined) continue;
    map.write(vectors, row * dimension, line, 0);
    count += 1;
    for (let i = 0; i < width; i++) {
      mean[i] += line[i];
      square += line[i] * line[i];
    }
  }
  let meanSquare = 0;
  for (let i = 0; i < width; i++) {
    mean[i] /= Math.max(1, count);
    meanSquare += mean[i] * mean[i];
  }
  const variance = (square / Math.max(1, count) - meanSquare) / width;
  // Features that are the same for everybody differ by rounding errors, which must not be made large.
  const inverseScale = variance > (NOTHING * square) / Math.max(1, count) ? 1 / Math.sqrt(variance) : 0;
  return { source, noiseModel, dimension, features, offset, mean, inverseScale };
}

/** The vectors that a source released of these persons, without those it knows nothing of: [known persons, dimension]. */
export function vectorsOf(
  { dimension, vectors }: ReceivedRepresentations,
  rows: RowsByPerson,
  persons: readonly string[],
): Float32Array {
  const known = persons.flatMap((person) => {
    const row = rows.get(person);
    const vector = row === undefined ? undefined : vectors.subarray(row * dimension, (row + 1) * dimension);
    return vector?.some((value) => value !== 0) === true ? [vector] : [];
  });
  const out = new Float32Array(known.length * dimension);
  known.forEach((vector, at) => out.set(vector, at * dimension));
  return out;
}

function writeBlock(block: SourceBlock, vectors: Float32Array, from: number, out: Float64Array, row: number): void {
  const at = row + block.offset;
  // A vector of zeros means that the source knows nothing about the person, and counts as no release.
  let known = false;
  for (let i = 0; i < block.dimension && !known; i++) known = vectors[from + i] !== 0;
  if (!known) return;
  block.map.write(vectors, from, out, at);
  for (let i = 0; i < block.map.width; i++) out[at + i] = (out[at + i] - block.mean[i]) * block.inverseScale;
}
