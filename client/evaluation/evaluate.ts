/**
 * Measures first recommendations for cold persons whose later interactions are known. It compares the strategy with
 * methods that need only the target, on the same positives and candidates.
 * @module
 */
import type { ColdPerson } from '../../core/data/cold-person.ts';
import type { Domain } from '../../core/data/domain.ts';
import { itemCounts, personIndex } from '../../core/data/select.ts';
import { evaluateColdStart } from '../../core/evaluation/evaluate.ts';
import type { Evaluation } from '../../core/evaluation/evaluate.ts';
import { gainsOver } from '../../core/evaluation/gains.ts';
import type { MeasuredGain } from '../../core/evaluation/gains.ts';
import { drawnOnce, negativesByName, uniformWithReplacement } from '../../core/evaluation/negatives.ts';
import type { Negatives } from '../../core/evaluation/negatives.ts';
import { personQualities } from '../../core/evaluation/per-person.ts';
import type { PersonQuality } from '../../core/evaluation/per-person.ts';
import { GAME_VIDEO_NEGATIVES } from '../../core/evaluation/published.ts';
import { seedRows } from '../../core/evaluation/results.ts';
import type { RowSubject, SeedRow } from '../../core/evaluation/results.ts';
import type { Box } from '../../core/release/quantise.ts';
import type { RandomStreams } from '../../core/random/streams.ts';
import { baselines } from '../../core/transfer/baselines/registry.ts';
import { restoreDecoder } from '../../core/transfer/decoder/decoder.ts';
import type { DecoderData, ReleasedVector } from '../../core/transfer/decoder/report.ts';
import type { EvaluationSettings } from './settings.ts';
import { toldRow } from './told.ts';
import type { Factorise } from '../../core/transfer/factors/factor-memory.ts';

/** An evaluation as plain data, which a thread can hand to another. */
export interface EvaluationOrder {
  readonly settings: EvaluationSettings;
  /** Cold persons under pseudonyms. */
  readonly cold: readonly ColdPerson[];
  readonly keep?: Uint8Array;
  /** Persons known on both sides, as the pseudonyms that sources released. */
  readonly linked: readonly string[];
  readonly subject: Omit<RowSubject, 'method'>;
  /** The strategy with the decoder that serves, then with others. */
  readonly strategies: readonly { readonly name: string; readonly decoder: DecoderData }[];
  /** The vectors received about each cold person, in the order of `cold`. */
  readonly received: readonly (readonly ReleasedVector[])[];
  /** The form of these vectors, by source. */
  readonly boxes: readonly Box[];
}

export interface EvaluationPlace {
  /** The target under pseudonyms, without the hidden positives. */
  readonly domain: Domain;
  readonly random: RandomStreams;
  readonly factorise: Factorise;
  readonly signal: AbortSignal;
  readonly onProgress: (fraction: number) => void;
}

interface Method {
  readonly name: string;
  readonly score: (index: number, person: string) => Float32Array;
  /** Scores by any released vectors; absent for a baseline. */
  readonly decode?: (released: readonly ReleasedVector[]) => Float32Array;
}

export interface EvaluationResult {
  readonly rows: readonly SeedRow[];
  readonly gains: readonly MeasuredGain[];
  /** Every method's quality for each cold person, from which gains over several seeds get their intervals. */
  readonly perPerson: readonly PersonQuality[];
}

/** @throws EvaluationError. */
export function evaluateTarget(order: EvaluationOrder, place: EvaluationPlace): EvaluationResult {
  const { boxes, settings, cold, keep, subject, strategies, received } = order;
  const { domain, signal, onProgress } = place;
  const candidates = candidatesOf(settings, domain, cold);
  const popularity = itemCounts(domain);
  const own = strategies.map(({ name, decoder: data }): Method => {
    const decoder = restoreDecoder(domain, data);
    return { name, score: (index) => decoder.score(received[index]), decode: decoder.score.bind(decoder) };
  });
  const methods = [...own, ...baselineMethods(order, place)];
  const evaluations = new Map<string, readonly Evaluation[]>();
  const rows = methods.flatMap(({ decode, name, score }, index) => {
    const asked = { cold, items: domain.catalogue.length, negatives: candidates, seed: settings.seed, signal };
    const measured = evaluateColdStart({
      ...asked,
      scorer: (row, { person }) => score(row, person),
      onProgress: (fraction) => onProgress((index + fraction) / methods.length),
    });
    evaluations.set(name, measured);
    const of = decode
      ? { ...subject, method: name }
      : { ...subject, method: name, release: 'none', epsilon: null, epsilon0: null };
    const quality = seedRows({
      subject: of,
      seed: settings.seed,
      evaluations: measured,
      cold,
      popularity,
      ...(keep && { keep }),
      groupCutoffs: [10],
    });
    if (decode === undefined) return quality;
    const told = toldRow({
      subject: of,
      seed: settings.seed,
      boxes,
      whole: measured,
      evaluate: (change) => evaluateColdStart({ ...asked, scorer: (row) => decode(change(received[row])) }),
    });
    return [...quality, told];
  });
  const perPerson = [...evaluations].flatMap(([method, measured]) => personQualities(method, measured));
  return { rows, gains: gainsOver('prior', evaluations), perPerson };
}

/**
 * The candidates that each hidden positive is ranked against under this protocol. They are drawn once for all methods.
 * @throws EvaluationError EVALUATION_TOO_FEW_ITEMS.
 */
export function candidatesOf(
  settings: EvaluationSettings,
  domain: Domain,
  cold: readonly ColdPerson[],
): readonly Negatives[] {
  return kindsOf(settings, domain).map((kind) => drawnOnce(kind, cold));
}

function kindsOf({ protocol, negatives, seed }: EvaluationSettings, domain: Domain): readonly Negatives[] {
  switch (protocol) {
    case 'sampled':
      return (['uniform', 'popularity'] as const).map((name) =>
        negativesByName(name, { target: domain, n: negatives, seed }),
      );
    case 'full':
      return [negativesByName('full', { target: domain, seed })];
    case 'published:game-video':
      return [uniformWithReplacement(new Uint32Array(new Set(domain.items)), GAME_VIDEO_NEGATIVES, seed)];
  }
}

/** The baselines that need only the target's data. */
function baselineMethods(
  { linked: released }: EvaluationOrder,
  { domain, factorise, random, signal }: EvaluationPlace,
): readonly Method[] {
  const index = personIndex(domain);
  const linked = released.filter((person) => index.has(person));
  const world = { target: domain, linked, sources: [], factorise, signal };
  return baselines
    .filter(({ needs }) => needs === 'target' || (needs === 'target+links' && linked.length > 0))
    .map((baseline) => {
      const score = baseline.fit({ ...world, random: random.of(`baseline/${baseline.name}`) });
      return { name: baseline.name, score: (_: number, person: string) => score(person) };
    });
}
