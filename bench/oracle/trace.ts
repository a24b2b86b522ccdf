/**
 * Writes a trace of what generated federations release, one JSON line each, for check.py. The strategies, the charged sums, the
 * updates and the platforms' ledgers are those of production. Rounds continue for as long as every ledger allows, and everybody
 * uploads. The reader of the trace chooses the uploads that an adversary leaves in an opened sum.
 */
import { OwnLedger } from '../../client/rounds/own-ledger.ts';
import { computeUpdate } from '../../client/rounds/update.ts';
import { createMemoryStore } from '../../client/store/memory.ts';
import { DEFAULT_ORDERS } from '../../core/accounting/orders.ts';
import { claimTerms } from '../../core/claims/claim-terms.ts';
import { privacyStatement } from '../../core/claims/claims.ts';
import type { Domain } from '../../core/data/domain.ts';
import { nodeEngine } from '../../core/crypto/node-engine.ts';
import { attemptConfig, roundSum, sessionParameters } from '../../core/federation/attempt.ts';
import { ledgerRules } from '../../core/federation/ledger-rules.ts';
import type { Manifest } from '../../core/federation/manifest.ts';
import { firstModel, planFederation } from '../../core/federation/plan.ts';
import type { FederationPlan } from '../../core/federation/plan.ts';
import { trainedPart } from '../../core/federation/shared-model.ts';
import { recordSigned, takeVersion } from '../../core/federation/versions.ts';
import { Accounts } from '../../core/privacy/ledger/accounts.ts';
import { canonicalEntry, Ledger, MemoryLedgerStore } from '../../core/privacy/ledger/ledger.ts';
import type { ChargedSums } from '../../core/privacy/mechanism/mechanism.ts';
import { createChargedSums } from '../../core/privacy/plan/charged-sums.ts';
import { attemptCharge, ledgerBudget, proposedAttempt } from '../../core/privacy/plan/plan-events.ts';
import { seededRandom } from '../../core/random/seeded.ts';
import { seededStreams } from '../../core/random/streams.ts';
import { factorMemory } from '../../core/transfer/decoder/target-factors.ts';
import type { PlatformModel } from '../../core/transfer/encoder.ts';
import { generatedFederation, generatedVersions } from './federations.ts';
import type { GeneratedFederation } from './federations.ts';
import { tracing } from './traced.ts';
import type { TracedRelease } from './traced.ts';
import { needsPrototypes } from '../../core/release/registry.ts';
import { count, flag, readOptions } from '../options.ts';

const flags = readOptions(
  {
    measures: 'Writes a trace of what generated federations release, for check_claims.py, as lines of JSON.',
    examples: ['node --import=tsx bench/oracle/trace.ts --first 1 --count 40'],
  },
  {
    first: count('the first federation', 1),
    count: count('federations', 40),
    versions: flag('federations that have several versions'),
  },
);

/** One platform over all versions, with one state. */
class Traced {
  readonly name: string;
  readonly own: TracedRelease[] = [];
  readonly #domain: Domain;
  readonly #store = createMemoryStore();

  constructor(domain: Domain) {
    this.name = domain.name;
    this.#domain = domain;
  }

  /**
   * Takes part in a version. A platform of the next version has already signed that, so it charges no more attempts than the next version
   * leaves to this one.
   * @param coordinator its ledger so far.
   */
  version(plan: FederationPlan, next: Manifest | undefined, coordinator: Ledger): TracedVersion {
    const { versions, sums } = this.#store;
    const { name } = this;
    const attemptsOf = (version: number): number => Accounts.of(this.#store.ledger.entries()).of(version).attempts;
    takeVersion(plan.manifest, versions, name, attemptsOf);
    if (next?.platforms.some((platform) => platform.name === name) === true) {
      recordSigned(next, versions, name, attemptsOf);
    }
    const ledger = new OwnLedger(plan, name, this.#store);
    ledger.sync({ kind: 'ledger-sync', from: 0, entries: coordinator.entries.map(canonicalEntry) });
    if (ledger.refusal !== undefined) throw ledger.refusal;
    const own = createChargedSums({
      plan: plan.privacy,
      platform: name,
      mechanism: tracing(this.own),
      random: seededStreams(name),
      charge: (charge) => ledger.charge(charge),
      // Without this record a later version would draw again, and the oracle would see that.
      drawn: sums,
    });
    const model = plan.encoder.join({
      domain: this.#domain,
      shape: plan.shape,
      plan: plan.shared,
      random: seededRandom('public'),
      factorise: factorMemory('public').factorise,
    });
    return new TracedVersion(name, plan, ledger, own, model);
  }
}

/** One platform in one version, from its first sum to its prototypes. */
class TracedVersion {
  readonly name: string;
  readonly #plan: FederationPlan;
  readonly #ledger: OwnLedger;
  readonly #sums: ChargedSums;
  readonly #model: PlatformModel;

  constructor(name: string, plan: FederationPlan, ledger: OwnLedger, sums: ChargedSums, model: PlatformModel) {
    this.name = name;
    this.#plan = plan;
    this.#ledger = ledger;
    this.#sums = sums;
    this.#model = model;
  }

  prepare(): Promise<void> {
    return this.#model.prepare(this.#sums);
  }

  /** @returns its upload; undefined if its ledger does not allow it. */
  async round(round: number, attempt: number, session: string): Promise<TracedRelease | undefined> {
    const sum = roundSum(this.#plan);
    try {
      this.#ledger.check(proposedAttempt(sum, round, attempt));
    } catch {
      return undefined;
    }
    this.#ledger.charge(attemptCharge(sum, round, attempt, session));
    const releases: TracedRelease[] = [];
    await computeUpdate({
      plan: this.#plan,
      platform: this.name,
      model: this.#model,
      shared: firstModel(this.#plan),
      round,
      mechanism: tracing(releases),
      random: seededRandom(`${this.name} ${attempt}`),
      signal: new AbortController().signal,
      onContribution: () => undefined,
    });
    return releases[0];
  }

  async end(): Promise<void> {
    await this.#model.adopt(trainedPart(this.#plan, firstModel(this.#plan)));
    const { release, sources } = this.#plan.manifest.privacy;
    if (needsPrototypes(release) && sources?.includes(this.name) === true) await this.#model.prototypes(this.#sums);
  }
}

/** An attempt whose sum an adversary opens. */
interface TracedAttempt {
  readonly version: number;
  /** Parameters that platforms check before they help to open a sum. */
  readonly tNoise: number;
  readonly colluders: number;
  readonly parts: readonly { readonly name: string; readonly release: TracedRelease }[];
}

async function traceOf({ name, versions, domains, persons }: GeneratedFederation): Promise<object> {
  const platforms = new Map(domains.map((domain) => [domain.name, new Traced(domain)]));
  const attempts: TracedAttempt[] = [];
  const entries = new MemoryLedgerStore();
  for (const [at, manifest] of versions.entries()) {
    const plan = planFederation(manifest);
    const budget = ledgerBudget(plan.privacy, 'coordinator');
    const ledger = Ledger.open(manifest.federation, entries, budget, ledgerRules(plan, nodeEngine));
    const members = manifest.platforms.map((member) =>
      platforms.get(member.name)!.version(plan, versions.at(at + 1), ledger),
    );
    for (const member of members) await member.prepare();
    attempts.push(...(await roundsOf(plan, members, ledger, attempts.length)));
    for (const member of members) await member.end();
  }
  const plan = planFederation(versions[versions.length - 1]);
  const statement = privacyStatement(claimTerms(plan));
  const { colluders } = trustIn(plan);
  return {
    name,
    said: {
      epsilon: statement.epsilon,
      delta: statement.delta,
      against: statement.epsilonAgainst.slice(0, colluders + 1),
      text: statement.claims[0].text,
    },
    orders: DEFAULT_ORDERS,
    colluders,
    version: versions.length,
    attempts,
    persons,
    platforms: [...platforms.values()].map((platform) => ({ name: platform.name, own: platform.own })),
  };
}

/** Runs attempts for as long as every ledger allows. @param before number of attempts of earlier versions. */
async function roundsOf(
  plan: FederationPlan,
  members: readonly TracedVersion[],
  ledger: Ledger,
  before: number,
): Promise<readonly TracedAttempt[]> {
  const attempts: TracedAttempt[] = [];
  const { manifest } = plan;
  for (let attempt = before + 1; plan.parameters > 0; attempt++) {
    const round = Math.min((manifest.previous?.rounds ?? 0) + attempts.length + 1, manifest.rounds.count);
    const session = attempt.toString(16).padStart(64, '0');
    const parts: TracedAttempt['parts'][number][] = [];
    for (const member of members) {
      const release = await member.round(round, attempt, session);
      if (release !== undefined) parts.push({ name: member.name, release });
    }
    // A platform that leaves has not signed the next version, so that version does not bind it. The others' ledgers keep what it needs.
    if (parts.length < members.length) break;
    ledger.charge(attemptCharge(roundSum(plan), round, attempt, session));
    attempts.push({ version: manifest.version, ...trustIn(plan), parts });
  }
  return attempts;
}

function trustIn(plan: FederationPlan): { readonly tNoise: number; readonly colluders: number } {
  if (plan.parameters === 0) return { tNoise: 0, colluders: 0 };
  const names = plan.manifest.platforms.map((platform) => platform.name);
  const config = attemptConfig(plan, names);
  const { tNoise, colluders } = sessionParameters(plan, { round: 1, attempt: 1, config, model: firstModel(plan) });
  return { tNoise, colluders };
}

const { first } = flags;
for (let seed = first; seed < first + flags.count; seed++) {
  const federation = flags.versions ? generatedVersions(seed) : generatedFederation(seed);
  if (federation !== undefined) console.log(JSON.stringify(await traceOf(federation)));
}
