/**
 * A noise model to and from a batch: numbers as canonical JSON, prototypes as a vector beside it.
 * @module
 */
import { z } from 'zod';
import { FederationError } from '../../core/federation/errors.ts';
import type { ReleaseBatch } from '../../core/federation/letter.ts';
import { canonicalJson } from '../../core/encoding/canonical-json.ts';
import type { NoiseModel, ReleaseModeName } from '../../core/release/release.ts';

const epsilon0 = z.number().positive();
const schema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('exact') }),
  z.strictObject({
    kind: z.literal('privunit'),
    epsilon0,
    expectedCosine: z.number().gt(0).max(1),
    squaredNorm: z.number().positive(),
  }),
  z.strictObject({ kind: z.literal('randomised-response'), epsilon0, truthProbability: z.number().gt(0).max(1) }),
]);

const KINDS: Readonly<Record<ReleaseModeName, NoiseModel['kind']>> = {
  raw: 'exact',
  none: 'exact',
  ldp: 'privunit',
  cohort: 'randomised-response',
};

export function encodeNoiseModel(model: NoiseModel): Pick<ReleaseBatch, 'noiseModel' | 'prototypes'> {
  if (model.kind !== 'randomised-response')
    return { noiseModel: canonicalJson(model), prototypes: new Float32Array(0) };
  const { prototypes, ...numbers } = model;
  return { noiseModel: canonicalJson(numbers), prototypes };
}

/** @throws FederationError LETTER_INVALID when it is not one of this mode. */
export function decodeNoiseModel(batch: ReleaseBatch, mode: ReleaseModeName): NoiseModel {
  let raw: unknown;
  try {
    raw = JSON.parse(batch.noiseModel);
  } catch {
    throw new FederationError('LETTER_INVALID', 'the noise model of a batch is not JSON');
  }
  const result = schema.safeParse(raw);
  if (!result.success || result.data.kind !== KINDS[mode]) {
    throw new FederationError('LETTER_INVALID', `the noise model of a batch is not one of release mode "${mode}"`);
  }
  const model = result.data;
  if (model.kind !== 'randomised-response') return model;
  const { prototypes, dimension } = batch;
  if (dimension === 0 || prototypes.length === 0 || prototypes.length % dimension !== 0) {
    throw new FederationError('LETTER_INVALID', 'the prototypes of a batch have the wrong size');
  }
  return { ...model, prototypes };
}
