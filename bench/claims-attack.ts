/**
 * Measures how many sums a deviating coordinator opens, and what the platforms whose data is in them have paid. It uses
 * real platforms (Participation, OwnLedger, Attempt, their store, the state machines of the masked sum) with n = 10, t
 * = 7, c = 2, for several numbers of platforms that help the coordinator.
 */
import { openEverybody, openVictim } from '../test/claims/attacks.ts';
import { composedEpsilon } from '../core/accounting/composition.ts';
import { eventOf } from '../core/privacy/plan/plan-events.ts';
import { epsilonAgainst } from '../core/privacy/plan/plan-lookups.ts';
import { noiseSharesAgainst } from '../core/privacy/plan/trust.ts';
import type { AttackResult } from '../test/claims/attacks.ts';
import { count, number, readOptions } from './options.ts';

const { epsilon, rounds } = readOptions(
  {
    measures:
      'Measures how many sums a deviating coordinator opens, and what the platforms whose data is in them have paid.',
    examples: ['npm run bench:claims -- --rounds 10 --epsilon 4'],
  },
  { rounds: count('of the federation', 10), epsilon: number('total epsilon', 4) },
);
const setting = { platforms: 10, colluding: 2, dropouts: 2, rounds, epsilon };

/** Composed epsilon of this many opened sums, with the noise that is left against this many helpers. */
function composed({ plan: { privacy } }: AttackResult['deviation'], helpers: number, sums: number): number {
  const [[sum]] = Object.values(privacy.sums);
  const event = eventOf(sum, noiseSharesAgainst(privacy, helpers));
  return composedEpsilon([{ event, count: sums }], privacy.delta);
}

const rows: (readonly string[])[] = [['c’', 'printed', 'opened', 'epsilon of them', 'refunds', 'worst excess']];
for (const helpers of [0, 2, 3, 6, 7]) {
  const everybody = await openEverybody({ ...setting, helpers });
  const victim = await openVictim({ ...setting, helpers });
  const { deviation, opened, isEndless } = everybody;
  rows.push([
    String(helpers),
    figure(epsilonAgainst(deviation.plan.privacy, helpers)),
    `${opened}${isEndless ? ' and on' : ''} of ${deviation.attempts}${deviation.refunds > 0 ? ` + ${deviation.refunds}` : ''}`,
    isEndless ? `${figure(composed(deviation, helpers, opened))} and on` : figure(composed(deviation, helpers, opened)),
    String(Math.max(everybody.refunds, victim.refunds)),
    `${Math.max(everybody.worst, victim.worst)}${isEndless ? ' and on' : ''}`,
  ]);
}
console.log(`n = 10, t = 7, c = 2, R = ${rounds}, budget ${epsilon}`);
const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
for (const row of rows) console.log(row.map((cell, column) => cell.padStart(widths[column])).join('  '));

function figure(epsilon: number | null): string {
  return epsilon === null ? 'none' : epsilon.toFixed(2);
}
