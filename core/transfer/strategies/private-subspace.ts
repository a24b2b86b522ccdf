/**
 * Private subspace: item vectors made inside each source by differentially private subspace iteration, a person's
 * representation as their sum over the history, a ridge regression to target factors at the target. Nothing is shared.
 *
 * Noisy power method (Hardt and Price, NeurIPS 2014) with person-level contributions; the billboard argument of Hsu et al.
 * (STOC 2014) and Chien et al. (ICML 2021): a representation is a function of one person's history and of what was
 * released under the ledger, so everybody else is protected by the encoder's epsilon whatever happens to it.
 * @module
 */
import { z } from 'zod';
import { encodeHistory } from '../encoder/item-vectors.ts';
import type { SubspaceSettings } from '../encoder/private-subspace.ts';
import { subspaceDefaults, subspaceQueries, trainSubspace } from '../encoder/private-subspace.ts';
import { TransferError } from '../errors.ts';
import { parseSettings } from '../settings.ts';
import type { PublicShape, TransferStrategy } from '../strategy.ts';
import { BridgeModel, emptyPlan } from './bridge-model.ts';

const schema: z.ZodType<SubspaceSettings> = z.strictObject({
  dimension: z.int().min(2).max(32).default(subspaceDefaults.dimension),
  steps: z.int().min(1).max(10).default(subspaceDefaults.steps),
  countShare: z.number().min(0.001).max(0.9).default(subspaceDefaults.countShare),
  weightExponent: z.number().min(0).max(1).default(subspaceDefaults.weightExponent),
  countFloor: z.number().min(0.1).max(1000).default(subspaceDefaults.countFloor),
});

export const privateSubspace: TransferStrategy<SubspaceSettings> = {
  name: 'private-subspace',
  summary: 'item vectors by differentially private subspace iteration in each source, ridge regression at the target',
  reference: 'Hardt and Price, NeurIPS 2014, algorithm 1; Chien et al., ICML 2021',
  privacy: 'private-encoder',
  defaults: subspaceDefaults,
  settings: (raw) => parseSettings(schema, raw, 'private-subspace'),
  queries(shape, platform, settings) {
    const { items, releases } = publicPlatform(shape, platform);
    return releases ? subspaceQueries(items, settings) : [];
  },
  plan: () => emptyPlan,
  initialModel: () => new Float32Array(0),
  join(context) {
    const { domain, onProgress, random, settings, shape, signal } = context;
    return new BridgeModel(context, async (sums) => {
      const { releases } = publicPlatform(shape, domain.name);
      if (!releases) {
        return () => {
          throw new TransferError(
            'TRANSFER_NOT_PREPARED',
            `"${domain.name}" is no source in this federation's policy, so it has made no encoder: name it in privacy.sources`,
          );
        };
      }
      const vectors = await trainSubspace(domain, domain.catalogue.length, settings, sums, random, {
        onProgress: (fraction) => onProgress?.('encoder', fraction),
        ...(signal && { signal }),
      });
      return (history) => encodeHistory(history.items, vectors);
    });
  },
};

function publicPlatform(shape: PublicShape, name: string): PublicShape['platforms'][number] {
  const found = shape.platforms.find((platform) => platform.name === name);
  if (found === undefined) {
    const known = shape.platforms.map((platform) => platform.name).join(', ');
    throw new TransferError('TRANSFER_SHAPE', `no platform "${name}" in the federation; it has ${known}`);
  }
  return found;
}
