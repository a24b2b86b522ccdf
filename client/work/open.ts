/**
 * Opens the workshop of a platform: on threads of its own, or on the calling thread for a run that must repeat.
 * @module
 */
import type { Domain } from '../../core/data/domain.ts';
import { factorMemory } from '../../core/transfer/decoder/target-factors.ts';
import type { Context } from '../context.ts';
import { LocalWorkshop } from './local-workshop.ts';
import { ThreadedWorkshop } from './threaded-workshop.ts';
import type { Workshop, WorkshopOptions } from './workshop.ts';

type Needed =
  'plan' | 'identity' | 'decoder' | 'random' | 'factors' | 'store' | 'ledger' | 'emit' | 'signal' | 'threads';

/** @param domain the platform's domain under pseudonyms. */
export function openWorkshop(
  { plan, identity, decoder, random, factors, store, ledger, emit, signal, threads }: Context<Needed>,
  domain: Domain,
  onProgress: (fraction: number) => void,
): Workshop {
  const options: WorkshopOptions = {
    plan,
    platform: identity.name,
    domain,
    ...(decoder !== undefined && { decoder }),
    random,
    factorise: (factors ?? factorMemory(plan.manifest.seed)).factorise,
    drawn: store.sums,
    charge: (charge) => {
      ledger.charge(charge);
      // Sums of an encoder without a privacy promise are charged too, but their charges bound nothing.
      const isBounded = plan.encoder.law !== 'sealed-only';
      emit({ kind: 'epsilon', spent: isBounded ? ledger.spent : null, budget: ledger.budget });
    },
    onProgress,
    signal,
  };
  return threads === undefined ? new LocalWorkshop(options) : new ThreadedWorkshop(options, threads.module);
}
