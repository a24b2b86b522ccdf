/**
 * Writes a trace of what generated federations release, one JSON line each, for check.py. The strategies, the charged sums, the
 * updates and the platforms' ledgers are those of production. Rounds go on for as long as every ledger lets them, and everybody
 * uploads: which uploads an adversary leaves in an opened sum is for the reader to choose.
 *
 *   node --import=tsx bench/oracle/trace.ts [--first 1] [--count 40]
 */
import { parseArgs } from 'node:util';
import { OwnLedger } from '../../client/rounds/own-ledger.ts';
import { computeUpdate } from '../../client/rounds/update.ts';
import { createMemoryStore } from '../../client/store/memory.ts';
import { tensorBackend } from '../../client/tensor/open.ts';
import { DEFAULT_ORDERS } from '../../core/accounting/orders.ts';
import { privacyStatement } from '../../core/claims/claims.ts';
import type { Domain } from '../../core/data/domain.ts';
import { attemptConfig, roundSum, sessionParameters } from '../../core/federation/attempt.ts';
import { firstModel, planFederation } from '../../core/federation/plan.ts';
import type { FederationPlan } from '../../core/federation/plan.ts';
import { trainedPart } from '../../core/federation/shared-model.ts';
import { createChargedSums } from '../../core/privacy/plan/charged-sums.ts';
import { attemptCharge, proposedAttempt } from '../../core/privacy/plan/plan-events.ts';
import { seededRandom } from '../../core/random/seeded.ts';
import { seededStreams } from '../../core/random/streams.ts';
import { factorMemory } from '../../core/transfer/decoder/target-factors.ts';
import type { PlatformModel } from '../../core/transfer/strategy.ts';
import { generatedFederation } from './federations.ts';
import type { GeneratedFederation } from './federations.ts';
import { tracing } from './traced.ts';
import type { TracedRelease } from './traced.ts';
import { needsPrototypes } from '../../core/release/registry.ts';

const { values: flags } = parseArgs({
  options: { first: { type: 'string', default: '1' }, count: { type: 'string', default: '40' } },
});
const backend = tensorBackend('cpu');

/** Runs one platform from its first sum to its prototypes. */
class Traced {
  readonly name: string;
  readonly own: TracedRelease[] = [];
  readonly rounds: TracedRelease[] = [];
  readonly #plan: FederationPlan;
  readonly #model: PlatformModel;
  readonly #ledger: OwnLedger;
  readonly #sums: ReturnType<typeof createChargedSums>;

  constructor(plan: FederationPlan, domain: Domain) {
    this.name = domain.name;
    this.#plan = plan;
    this.#ledger = new OwnLedger(plan, domain.name, createMemoryStore());
    this.#ledger.sync({ kind: 'ledger-sync', from: 0, entries: [] });
    this.#sums = createChargedSums({
      plan: plan.privacy,
      platform: domain.name,
      mechanism: tracing(this.own),
      random: seededStreams(domain.name),
      charge: (charge) => this.#ledger.charge(charge),
    });
    this.#model = plan.strategy.join({
      domain,
      shape: plan.shape,
      plan: plan.shared,
      settings: plan.settings,
      random: seededRandom('public'),
      factorise: factorMemory('public').factorise,
      backend,
    });
  }

  prepare(): Promise<void> {
    return this.#model.prepare(this.#sums);
  }

  /** @returns true if its ledger allows the upload. */
  async round(round: number, attempt: number, session: string): Promise<boolean> {
    const sum = roundSum(this.#plan);
    try {
      this.#ledger.check(proposedAttempt(sum, round, attempt));
    } catch {
      return false;
    }
    this.#ledger.charge(attemptCharge(sum, round, attempt, session));
    await computeUpdate({
      plan: this.#plan,
      platform: this.name,
      model: this.#model,
      shared: firstModel(this.#plan),
      round,
      mechanism: tracing(this.rounds),
      random: seededRandom(`${this.name} ${attempt}`),
      signal: new AbortController().signal,
      onContribution: () => undefined,
    });
    return true;
  }

  async end(): Promise<void> {
    await this.#model.adopt(trainedPart(this.#plan, firstModel(this.#plan)));
    const { release, sources } = this.#plan.manifest.privacy;
    if (needsPrototypes(release) && sources?.includes(this.name) === true) await this.#model.prototypes(this.#sums);
    this.#model.dispose();
  }
}

async function traceOf({ name, manifest, domains, persons }: GeneratedFederation): Promise<object> {
  const plan = planFederation(manifest);
  const platforms = domains.map((domain) => new Traced(plan, domain));
  for (const platform of platforms) await platform.prepare();
  let opened = 0;
  const hasRounds = plan.parameters > 0;
  for (let attempt = 1; hasRounds; attempt++) {
    const round = Math.min(attempt, manifest.rounds.count);
    const session = attempt.toString(16).padStart(64, '0');
    const uploads: boolean[] = [];
    for (const platform of platforms) uploads.push(await platform.round(round, attempt, session));
    if (!uploads.every(Boolean)) break;
    opened += 1;
  }
  for (const platform of platforms) await platform.end();
  const statement = privacyStatement({
    strategy: plan.strategy.name,
    profile: plan.strategy.privacy,
    plan: plan.privacy,
    release: { name: manifest.privacy.release, epsilon0: manifest.privacy.epsilon0 },
  });
  const config = attemptConfig(
    plan,
    manifest.platforms.map((platform) => platform.name),
  );
  const session = hasRounds
    ? sessionParameters(plan, { round: 1, attempt: 1, config, model: firstModel(plan) })
    : { tNoise: 0, colluders: 0 };
  return {
    name,
    said: {
      epsilon: statement.epsilon,
      delta: statement.delta,
      against: statement.epsilonAgainst.slice(0, session.colluders + 1),
      text: statement.claims[0].text,
    },
    orders: DEFAULT_ORDERS,
    // Parameters that platforms check before they help to open a sum.
    tNoise: session.tNoise,
    colluders: session.colluders,
    opened,
    persons,
    platforms: platforms.map((platform) => ({ name: platform.name, own: platform.own, rounds: platform.rounds })),
  };
}

const first = Number(flags.first);
for (let seed = first; seed < first + Number(flags.count); seed++) {
  console.log(JSON.stringify(await traceOf(generatedFederation(seed))));
}
