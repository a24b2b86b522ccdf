/**
 * A privacy statement as text.
 * @module
 */
import { downward, upward } from '../accounting/printed-epsilon.ts';
import type { PrivacyStatement } from './claims.ts';
import { count } from './wording.ts';

/** The statement as text: warnings, claims, what is absent and why, the numbers. */
export function formatStatement(statement: PrivacyStatement): string {
  const { claims, noiseMultiplier: z } = statement;
  const lines = [
    ...statement.warnings.map((warning) => `!! ${warning}`),
    ...claims.filter(({ holds }) => holds).map(({ id, text }) => `${id}  ${text}`),
    ...claims.filter(({ holds }) => !holds).map(({ id, text }) => `${id}  not claimed: ${text}`),
    `Unit: ${statement.unit}. Neighbours: ${statement.neighbours}. Mechanism: ${statement.mechanism}.`,
    `delta ${statement.delta}, rounds ${statement.rounds}${attemptsIn(statement)}, noise multiplier ${downward(z)}, M ${statement.maxPlatformsPerPerson}, c ${statement.colluding}, honest minimum ${statement.honestMinimum}, noise shares ${statement.noiseShares}; accountant ${statement.accountant.name} ${statement.accountant.version}.`,
    ...(statement.epsilonKnowingCoins === null
      ? []
      : [
          `Sampling: each person is in a round with probability ${upward(statement.samplingRate)}, by coins that stay inside the platforms. Against whoever knows the coins, as a platform does of its own persons, nothing is gained: epsilon ${upward(statement.epsilonKnowingCoins)}.`,
        ]),
    ...adversaryTable(statement),
    `Not charged: ${statement.notCharged.join('; ')}.`,
    `Never claimed: ${statement.notClaimed.join('; ')}.`,
  ];
  return lines.join('\n');
}

/** Epsilon and opened sums by the number of colluders; nothing where it is the same against all. */
function adversaryTable({ epsilonAgainst: against, openingsAgainst: openings }: PrivacyStatement): readonly string[] {
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
  return [`epsilon against a coordinator that deviates, by colluding platforms: ${parts.join(', ')}.`];
}

function attemptsIn({ rounds, spareAttempts, refunds }: PrivacyStatement): string {
  return rounds === 0 ? '' : ` with ${spareAttempts} spare and at most ${count(refunds, 'refund', 'refunds')}`;
}
