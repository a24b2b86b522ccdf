/**
 * The rows and item vectors over which persons with an own history are ranked, in the weighing and in the service alike.
 * @module
 */
import type { Domain } from '../../core/data/domain.ts';
import type { FederationPlan } from '../../core/federation/plan.ts';
import { trainedPart } from '../../core/federation/shared-model.ts';
import type { SharedModel } from '../../core/transfer/encoder.ts';
import type { NewcomerTask } from '../../core/transfer/newcomer/newcomer.ts';

/** @throws RangeError if the encoder trains no item vectors, or the items have no places in a vocabulary. */
export function newcomerTask(plan: FederationPlan, domain: Domain, shared: SharedModel): Omit<NewcomerTask, 'seed'> {
  const { places, catalogue } = domain;
  const vectors = places && plan.encoder.itemVectors?.(plan.shared, trainedPart(plan, shared), places);
  if (vectors === undefined) throw new RangeError(`encoder ${plan.encoder.name} has no vectors for the items`);
  return { own: domain, items: catalogue.length, shared: vectors };
}
