/**
 * A privacy statement as text.
 * @module
 */
import { downward, upward } from '../accounting/printed-epsilon.ts';
import type { Claim, EarlierAttempts, PrivacyStatement } from './claims.ts';
import { asDeclared } from './declared.ts';
import { said, textOf } from './sentence.ts';
import type { Sentence } from './sentence.ts';
import { count, inWords } from './wording.ts';

/** Sentences that are printed in one line. */
type Line = readonly Sentence[];

/** The statement as text: warnings, claims, the reasons for absent claims, the numbers. */
export function formatStatement(statement: PrivacyStatement): string {
  const { claims } = statement;
  const lines = [
    ...statement.warnings.map((warning) => `!! ${warning}`),
    ...claims.flatMap(claimLines),
    ...saidNumbers(statement).map(textOf),
  ];
  return lines.join('\n');
}

/** A claim in its two forms: for a person, then exactly or why it is not made. */
export function claimLines({ id, holds, plain, text }: Claim): readonly string[] {
  return [`${id}  ${plain}`, `    ${holds ? 'Exactly' : 'Not claimed'}: ${text}`];
}

/** The numbers and lists that are printed under the claims. */
export function saidNumbers(statement: PrivacyStatement): readonly Line[] {
  const { accountant, noiseMultiplier: z } = statement;
  return [
    [
      said('S.unit', `Unit: ${statement.unit}. Neighbours: ${statement.neighbours}.`),
      said('S.mechanism', `Mechanism: ${statement.mechanism}.`),
    ],
    [
      said(
        'S.parameters',
        `delta ${statement.delta}, rounds ${statement.rounds}${attemptsIn(statement)}, noise multiplier ${downward(z)}, M ${statement.maxPlatformsPerPerson}, c ${statement.colluding}, honest minimum ${statement.honestMinimum}, noise shares ${statement.noiseShares}; accountant ${accountant.name} ${accountant.version}.`,
      ),
    ],
    ...versions(statement),
    ...sampling(statement),
    ...adversaryTable(statement),
    ...stageZero(statement),
    [said('S.not-charged', `Not charged: ${statement.notCharged.join('; ')}.`)],
    [said('S.not-claimed', `Never claimed: ${statement.notClaimed.join('; ')}.`)],
  ];
}

function versions({ version, earlier }: PrivacyStatement): readonly Line[] {
  if (version === 1) return [];
  const rounds = earlier.map(
    (one) =>
      `at most ${count(one.attempts, 'attempt', 'attempts')} and ${count(one.refunds, 'refund', 'refunds')} of version ${one.version}${silent(one)}`,
  );
  const counted = [...rounds, 'everything that platforms released by themselves'].join(', ');
  return [[said('S.versions', `Version ${version} of the manifest. Counted of earlier ones: ${counted}.`)]];
}

function silent({ withoutFarewell }: EarlierAttempts): string {
  if (withoutFarewell === undefined) return '';
  const { platforms, attempts } = withoutFarewell;
  return ` (${count(attempts, 'attempt', 'attempts')} for ${inWords(platforms)}, which left it without a farewell)`;
}

function sampling({ declaredBy, samplingRate, epsilonKnowingCoins, version }: PrivacyStatement): readonly Line[] {
  if (epsilonKnowingCoins === null) return [];
  // The sentence ends after this part, so the part's last comma is removed.
  const declared = asDeclared(declaredBy?.strategy).slice(0, -1);
  const text = `Sampling: each person is in a round${version > 1 ? ' of this version' : ''} with probability ${upward(samplingRate)}, by coins that stay inside the platforms. Against anybody who knows the coins, as a platform does for its own persons, sampling gains nothing: epsilon ${upward(epsilonKnowingCoins)}${declared}.`;
  return [[said('S.sampling', text)]];
}

/** Epsilon and opened sums by the number of colluders; nothing if they are the same for all numbers. */
function adversaryTable({
  declaredBy,
  epsilonAgainst: against,
  openingsAgainst: openings,
  degree,
}: PrivacyStatement): readonly Line[] {
  if (new Set(against).size <= 1) return [];
  const parts: string[] = [];
  for (let first = 0; first < against.length;) {
    const isSame = (c: number): boolean => against[c] === against[first] && openings[c] === openings[first];
    let last = first;
    while (last + 1 < against.length && isSame(last + 1)) last += 1;
    const sums = count(openings[first], 'opened sum', 'opened sums');
    parts.push(`${first === last ? first : `${first} to ${last}`}: ${upward(against[first])} (${sums})`);
    first = last + 1;
  }
  const when = degree === undefined ? '' : ' after stage 0';
  const declared = asDeclared(declaredBy?.strategy);
  const text = `epsilon against a coordinator that deviates${when}${declared || ','} by colluding platforms: ${parts.join(', ')}.`;
  return [[said('S.adversaries', text)]];
}

/** The adversary whom a sparse graph does not bound. */
function stageZero({ degree }: PrivacyStatement): readonly Line[] {
  if (degree === undefined) return [];
  const text = `epsilon against a coordinator that deviates in stage 0 of a round: no bound. The graph of masks is sparse: a platform masks with ${degree} others, and checks the keys of these alone.`;
  return [[said('S.stage-0', text)]];
}

function attemptsIn({ rounds, spareAttempts, refunds }: PrivacyStatement): string {
  return rounds === 0 ? '' : ` with ${spareAttempts} spare and at most ${count(refunds, 'refund', 'refunds')}`;
}
