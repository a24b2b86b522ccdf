/**
 * Measures a fitted decoder on the platform's hidden positives, and writes down the conditions.
 * @module
 */
import type { FederationPlan } from '../../core/federation/plan.ts';
import type { PrivacyStatement } from '../../core/claims/claims.ts';
import type { ReceivedRepresentations } from '../../core/release/release.ts';
import type { Decoder } from '../../core/transfer/decoder/decoder.ts';
import type { Factorise } from '../../core/transfer/factors/factor-memory.ts';
import type { PlatformOptions } from '../options.ts';
import type { People } from '../data/people.ts';
import type { ReceivedVersion } from '../store/platform-store.ts';
import type { EvaluationDocument } from './document.ts';
import { evaluateTarget } from './evaluate.ts';
import type { HiddenPositives } from './hidden.ts';
import { DEFAULT_EVALUATION } from './settings.ts';

export interface Measurement {
  readonly options: PlatformOptions;
  readonly plan: FederationPlan;
  readonly statement: PrivacyStatement;
  readonly people: People;
  readonly hidden: HiddenPositives;
  readonly decoder: Pick<Decoder, 'report' | 'score'>;
  /** The version that the decoder was fitted on. */
  readonly version: ReceivedVersion;
  readonly received: readonly ReceivedRepresentations[];
  readonly factorise: Factorise;
  readonly signal: AbortSignal;
  readonly onProgress: (fraction: number) => void;
}

/** @throws EvaluationError. */
export async function measure(measurement: Measurement): Promise<EvaluationDocument> {
  const { options, plan, statement, people, hidden, decoder, version, received, signal, onProgress } = measurement;
  const { evaluation = DEFAULT_EVALUATION, store, clock, manifest, identity, random, pseudonyms } = options;
  const began = clock.now();
  const { release } = manifest.privacy;
  const sources = received.map(({ source }) => source);
  const own = hidden.cold.map(({ person }) => person);
  const names = (await pseudonyms?.pseudonyms(own)) ?? own;
  const cold = hidden.cold.map((person, index) => ({ ...person, person: names[index] }));
  const result = evaluateTarget({
    settings: evaluation,
    domain: people.domain,
    cold,
    ...(hidden.keep && { keep: hidden.keep }),
    linked: [...new Set(received.flatMap(({ persons }) => persons))],
    subject: { target: identity.name, sources, release, epsilon: statement.epsilon, epsilon0: statement.epsilon0 },
    strategy: { name: plan.strategy.name, score: (person) => decoder.score(store.received.person(person, version)) },
    random,
    factorise: measurement.factorise,
    signal,
    onProgress,
  });
  return {
    isthmus: 'evaluation',
    warnings: statement.warnings,
    federation: manifest.federation,
    target: identity.name,
    sources,
    strategy: plan.strategy.name,
    release,
    modelRound: version.modelRound,
    coldPersons: cold.length,
    coldPersonsReleased: cold.filter(({ person }) => store.received.person(person, version).length > 0).length,
    positives: cold.reduce((sum, { positives }) => sum + positives.length, 0),
    decoder: decoder.report,
    ...evaluation,
    ...result,
    seconds: (clock.now() - began) / 1000,
  };
}
