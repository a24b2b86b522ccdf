/**
 * Measures a fitted decoder on the platform's hidden positives, and writes down the conditions.
 * @module
 */
import { boxOf } from '../../core/release/quantise.ts';
import type { ReceivedRepresentations } from '../../core/release/release.ts';
import type { Decoder } from '../../core/transfer/decoder/decoder.ts';
import { DEFAULT_DECODER } from '../../core/transfer/readouts/registry.ts';
import type { DecoderData } from '../../core/transfer/decoder/report.ts';
import type { Context } from '../context.ts';
import type { ReceivedVersion } from '../store/platform-store.ts';
import type { EvaluationDocument } from './document.ts';
import type { EvaluationOrder, EvaluationResult } from './evaluate.ts';
import type { HiddenPositives } from './hidden.ts';
import { DEFAULT_EVALUATION } from './settings.ts';

export interface Measurement {
  readonly context: Context<
    'plan' | 'statement' | 'evaluation' | 'store' | 'clock' | 'identity' | 'pseudonyms' | 'decoder'
  >;
  readonly positives: HiddenPositives;
  readonly served: Pick<Decoder, 'report' | 'data'>;
  /** The version that the served decoder was fitted on. */
  readonly version: ReceivedVersion;
  readonly received: readonly ReceivedRepresentations[];
  /** Fits another decoder to the representations that were received. */
  readonly fit: (decoder: string) => Promise<DecoderData>;
  readonly evaluate: (order: EvaluationOrder) => Promise<EvaluationResult>;
}

/** Names the row of a strategy under another decoder than the one that serves. */
export function methodName(strategy: string, decoder: string): string {
  return `${strategy} / ${decoder}`;
}

/** True if a row is of this strategy, with any decoder. */
export function isOfStrategy(method: string, strategy: string): boolean {
  return method === strategy || method.startsWith(methodName(strategy, ''));
}

/** @throws EvaluationError. */
export async function measure(measurement: Measurement): Promise<EvaluationDocument> {
  const { context, positives, served, version, received } = measurement;
  const { plan, statement, evaluation = DEFAULT_EVALUATION, store, clock, identity, pseudonyms } = context;
  const { manifest } = plan;
  const began = clock.now();
  const { release } = manifest.privacy;
  const sources = received.map(({ source }) => source);
  const own = positives.cold.map(({ person }) => person);
  const names = (await pseudonyms?.pseudonyms(own)) ?? own;
  const cold = positives.cold.map((person, index) => ({ ...person, person: names[index] }));
  const vectors = cold.map(({ person }) => store.received.person(person, version));
  const others = (evaluation.decoders ?? []).filter((name) => name !== (context.decoder ?? DEFAULT_DECODER));
  const strategies = [{ name: plan.encoder.name, decoder: served.data }];
  for (const other of others) {
    strategies.push({ name: methodName(plan.encoder.name, other), decoder: await measurement.fit(other) });
  }
  const result = await measurement.evaluate({
    settings: evaluation,
    cold,
    ...(positives.keep && { keep: positives.keep }),
    linked: [...new Set(received.flatMap(({ persons }) => persons))],
    subject: { target: identity.name, sources, release, epsilon: statement.epsilon, epsilon0: statement.epsilon0 },
    strategies,
    received: vectors,
    boxes: received.map(boxOf),
  });
  return {
    isthmus: 'evaluation',
    warnings: statement.warnings,
    federation: manifest.federation,
    target: identity.name,
    sources,
    strategy: plan.encoder.name,
    release,
    modelRound: version.modelRound,
    coldPersons: cold.length,
    coldPersonsReleased: vectors.filter(({ length }) => length > 0).length,
    positives: cold.reduce((sum, person) => sum + person.positives.length, 0),
    decoder: served.report,
    ...(others.length > 0 && {
      reports: Object.fromEntries(strategies.map(({ name, decoder: { report } }) => [name, report])),
    }),
    ...evaluation,
    ...result,
    seconds: (clock.now() - began) / 1000,
  };
}
