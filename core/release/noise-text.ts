/**
 * A noise model as text beside its prototypes, which is how messages and stores carry it.
 * @module
 */
import { z } from 'zod';
import { canonicalJson } from '../encoding/canonical-json.ts';
import type { NoiseModel } from './release.ts';

export interface NoiseText {
  /** Canonical JSON of the kind and the numbers. */
  readonly noiseModel: string;
  /** Prototypes, row-major [K, dimension]; empty if there are none. */
  readonly prototypes: Float32Array;
}

const schema = z.object({ kind: z.string() }).catchall(z.number());

export function noiseText({ kind, numbers, prototypes }: NoiseModel): NoiseText {
  return { noiseModel: canonicalJson({ kind, ...numbers }), prototypes: prototypes ?? new Float32Array(0) };
}

/** Reads a noise model; undefined if the text is none. The caller must check that it is the planned one. */
export function readNoise({ noiseModel, prototypes }: NoiseText): NoiseModel | undefined {
  let raw: unknown;
  try {
    raw = JSON.parse(noiseModel);
  } catch {
    return undefined;
  }
  const read = schema.safeParse(raw);
  if (!read.success) return undefined;
  const { kind, ...numbers } = read.data;
  return {
    kind,
    ...(Object.keys(numbers).length > 0 && { numbers }),
    ...(prototypes.length > 0 && { prototypes }),
  };
}
