/**
 * A thread for one kind of long work: training and representing, or one fit. The platform can end it at any moment.
 * @module
 */
import { parentPort } from 'node:worker_threads';
import type { Manifest } from '../../core/federation/manifest.ts';
import { planFederation } from '../../core/federation/plan.ts';
import { factorMemory } from '../../core/transfer/decoder/target-factors.ts';
import type { DecoderData } from '../../core/transfer/decoder/report.ts';
import type { SharedModel } from '../../core/transfer/encoder.ts';
import { loadInheritedPackages } from '../../host/packages/load.ts';
import { systemStreams } from '../../host/system.ts';
import type { EvaluationOrder } from '../evaluation/evaluate.ts';
import type { Update, UpdateOrder } from '../rounds/update.ts';
import { Calls } from './calls.ts';
import { LocalWorkshop } from './local-workshop.ts';
import { unpackDomain, unpackReceived } from './packets.ts';
import type { DomainPacket, ReceivedPacket } from './packets.ts';

/** Plain data that a thread starts with. */
export interface ThreadTerms {
  readonly manifest: Manifest;
  readonly platform: string;
  readonly domain: DomainPacket;
  readonly decoder?: string;
}

const PROGRESS_STEP = 0.01;

class Thread {
  readonly #calls: Calls;
  #workshop: LocalWorkshop | undefined;

  constructor(port: NonNullable<typeof parentPort>) {
    this.#calls = new Calls(port, {
      begin: (terms: ThreadTerms) => this.#begin(terms),
      prepare: () => this.#work().prepare(),
      prototypes: () => this.#work().prototypes(),
      adopt: (shared: SharedModel) => this.#work().adopt(shared),
      represent: (rows: readonly number[]) => this.#work().represent(rows),
      show: (row: number) => this.#work().show(row),
      update: (shared: SharedModel, round: number, linked: readonly ReceivedPacket[], signal: AbortSignal) =>
        this.#update({ shared, round, linked: unpackReceived(linked), signal }),
      fit: (received: readonly ReceivedPacket[], decoder: string | undefined): Promise<DecoderData> =>
        this.#work().fit(unpackReceived(received), decoder),
      weigh: (shared: SharedModel) => this.#work().weigh(shared),
      evaluate: (order: EvaluationOrder) => this.#work().evaluate(order),
    });
  }

  #begin({ manifest, platform, domain, decoder }: ThreadTerms): void {
    const plan = planFederation(manifest);
    let told = -1;
    this.#workshop = new LocalWorkshop({
      plan,
      platform,
      domain: unpackDomain(domain),
      ...(decoder !== undefined && { decoder }),
      factorise: factorMemory(manifest.seed).factorise,
      random: systemStreams,
      drawn: {
        get: (fingerprint, repetition) => this.#calls.call('drawn', [fingerprint, repetition]),
        put: (fingerprint, repetition, values) => this.#calls.call('keep', [fingerprint, repetition, values]),
      },
      charge: (charge) => this.#calls.call('charge', [charge]),
      onProgress: (fraction) => {
        if (Math.abs(fraction - told) < PROGRESS_STEP && fraction < 1) return;
        told = fraction;
        this.#calls.tell('progress', fraction);
      },
      // This signal never aborts: the platform ends the whole thread instead.
      signal: new AbortController().signal,
    });
  }

  #update(order: Omit<UpdateOrder, 'onContribution'>): Promise<Update> {
    let count = 0;
    return this.#work()
      .update({
        ...order,
        onContribution: () => {
          count += 1;
          if (count % 100 === 0) this.#calls.tell('contributed', 100);
        },
      })
      .finally(() => this.#calls.tell('contributed', count % 100));
  }

  #work(): LocalWorkshop {
    if (this.#workshop === undefined) throw new Error('the thread has not begun');
    return this.#workshop;
  }
}

if (parentPort !== null) {
  await loadInheritedPackages();
  new Thread(parentPort);
}
