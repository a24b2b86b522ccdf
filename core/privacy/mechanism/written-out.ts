/**
 * The vector that a contribution stands for, and its length, computed in floating point. No claim depends on either.
 * @module
 */
import type { Contribution, FactoredBlock, FactoredContribution, WrittenContribution } from './mechanism.ts';

/** The same contribution as a vector, for audits and references. @param dimension of the sum. */
export function writtenOut(contribution: Contribution, dimension: number): WrittenContribution {
  if (!('blocks' in contribution)) return contribution;
  const values = new Float64Array(dimension);
  for (const block of contribution.blocks) addBlock(values, block);
  return { values: Float32Array.from(values) };
}

function addBlock(values: Float64Array, { columns, left, offset, right, rows }: FactoredBlock): void {
  for (let term = 0; term < right.length / columns; term++) {
    for (let i = 0; i < rows; i++) {
      const factor = left === null ? 1 : left[term * rows + i];
      const at = offset + i * columns;
      for (let j = 0; j < columns; j++) values[at + j] += factor * right[term * columns + j];
    }
  }
}

/** L2 norm; NaN or infinity if the contribution holds any. */
export function lengthOf(contribution: Contribution): number {
  let square = 0;
  if (!('blocks' in contribution)) {
    for (const value of contribution.values) square += value * value;
    return Math.sqrt(square);
  }
  for (const { columns, left, right, rows } of contribution.blocks) {
    const terms = right.length / columns;
    for (let t = 0; t < terms; t++) {
      for (let u = 0; u <= t; u++) {
        const product = (left === null ? 1 : innerProduct(left, rows, t, u)) * innerProduct(right, columns, t, u);
        square += t === u ? product : 2 * product;
      }
    }
  }
  // Rounding errors of terms that cancel can make the sum slightly negative.
  return Math.sqrt(square < 0 ? 0 : square);
}

function innerProduct(rows: Float32Array, width: number, t: number, u: number): number {
  let sum = 0;
  for (let i = 0, a = t * width, b = u * width; i < width; i++, a++, b++) sum += rows[a] * rows[b];
  return sum;
}

/** The contribution times a number. */
export function scaled(contribution: Contribution, factor: number): Contribution {
  if ('blocks' in contribution) return { blocks: scaledBlocks(contribution, factor) };
  return { ...contribution, values: contribution.values.map((value) => value * factor) };
}

export function scaledBlocks({ blocks }: FactoredContribution, factor: number): readonly FactoredBlock[] {
  return blocks.map((block) => ({ ...block, right: block.right.map((value) => value * factor) }));
}
